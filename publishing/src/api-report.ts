import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  Extractor,
  ExtractorConfig,
  ExtractorLogLevel,
  type ExtractorMessage,
  ExtractorMessageCategory,
  type IConfigFile,
} from "@microsoft/api-extractor";
import { apiPage } from "./api-page.ts";
import { dist, type Package, readManifest, repository } from "./workspace.ts";

/** A file of the repository, relative to the root, and what is to be in it. */
interface Recorded {
  readonly file: string;
  readonly text: string;
}

/** What an entry of a package exports. */
export interface ApiReport extends Recorded {
  /** The same for those who use it, with the comments. */
  readonly page: Recorded;
  /** What must not be: an export without a word on it, a type that is needed and not exported. */
  readonly faults: readonly string[];
}

/** Reports on every entry of a package, from the declarations that are published. They must have been laid out. */
export function apiReports({ dir }: Package, temporary: string): readonly ApiReport[] {
  const { exports = {} } = readManifest(join(dist, dir));
  return Object.entries(exports).flatMap(([entry, target]) =>
    typeof target === "string" || target["types"] === undefined
      ? []
      : [reportOn(dir, entry === "." ? "index" : entry.slice(2), target["types"], temporary)],
  );
}

function reportOn(dir: string, entry: string, types: string, temporary: string): ApiReport {
  const folder = join(temporary, dir);
  const faults: string[] = [];
  mkdirSync(folder, { recursive: true });
  Extractor.invoke(
    ExtractorConfig.prepare({
      configObject: configFor(join(dist, dir), entry, types, folder),
      configObjectFullPath: undefined,
      packageJsonFullPath: join(dist, dir, "package.json"),
    }),
    {
      localBuild: true,
      messageCallback(message) {
        message.handled = true;
        if (isFault(message))
          faults.push(`${message.sourceFilePath ?? entry}:${message.sourceFileLine ?? 0} ${message.text}`);
      },
    },
  );
  const name = `${entry}.api.md`;
  const declarations = readFileSync(join(folder, `${entry}.d.ts`), "utf8");
  return {
    file: join("packages", dir, name),
    text: readFileSync(join(folder, name), "utf8"),
    page: {
      file: join("docs", "api", entry === "index" ? `${dir}.md` : `${dir}-${entry}.md`),
      text: apiPage(readManifest(join(dist, dir)), entry, declarations),
    },
    faults,
  };
}

/** Fields may go without a comment where their name and type say it all; what stands for itself may not. */
function isFault({ category, logLevel, messageId, sourceFileColumn }: ExtractorMessage): boolean {
  if (logLevel === ExtractorLogLevel.None) return false;
  if (messageId === "ae-undocumented") return sourceFileColumn === 1;
  return category === ExtractorMessageCategory.Extractor || category === ExtractorMessageCategory.Compiler;
}

function configFor(root: string, entry: string, types: string, folder: string): IConfigFile {
  const compilerOptions = {
    target: "es2024",
    lib: ["es2024", "esnext"],
    module: "nodenext",
    strict: true,
    skipLibCheck: true,
    types: ["node"],
    typeRoots: [join(repository, "node_modules", "@types")],
  };
  return {
    projectFolder: root,
    mainEntryPointFilePath: join(root, types),
    newlineKind: "lf",
    compiler: { overrideTsconfig: { compilerOptions, files: [join(root, types)] } },
    apiReport: {
      enabled: true,
      reportFileName: `${entry}.api.md`,
      reportFolder: folder,
      reportTempFolder: join(folder, "temporary"),
    },
    docModel: { enabled: false },
    dtsRollup: { enabled: true, untrimmedFilePath: join(folder, `${entry}.d.ts`) },
    tsdocMetadata: { enabled: false },
    messages: {
      compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Warning } },
      extractorMessageReporting: {
        default: { logLevel: ExtractorLogLevel.Warning },
        // Everything that is exported is public.
        "ae-missing-release-tag": { logLevel: ExtractorLogLevel.None },
      },
      // The comments here are JSDoc: `@throws {Type}`, which TSDoc would not have.
      tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
    },
  };
}
