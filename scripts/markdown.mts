import GithubSlugger from "github-slugger";
import { Lexer, type Token, type Tokens } from "marked";

/** What a page of Markdown refers to, and what of it can be referred to. */
export interface Page {
  /** Targets of links and images, as written. */
  readonly links: readonly string[];
  /** Names that GitHub gives the headings. */
  readonly anchors: ReadonlySet<string>;
  /** What is written as code within a line. */
  readonly code: readonly string[];
}

export function parsePage(text: string): Page {
  const tokens = flat(new Lexer().lex(text));
  const slugger = new GithubSlugger();
  const headings = tokens.filter(({ type }) => type === "heading");
  return {
    links: tokens.filter(isReference).map(({ href }) => href),
    anchors: new Set(headings.map((heading) => slugger.slug(plain(heading)))),
    code: tokens.filter(({ type }) => type === "codespan").map((token) => (token as Tokens.Codespan).text),
  };
}

const isReference = (token: Token): token is Tokens.Link | Tokens.Image =>
  token.type === "link" || token.type === "image";

/** A token, and all that is within it. */
function flat(tokens: readonly Token[]): Token[] {
  return tokens.flatMap((token) => [token, ...flat(childrenOf(token))]);
}

function childrenOf(token: Token): Token[] {
  if (token.type === "table") {
    const { header, rows } = token as Tokens.Table;
    return [header, ...rows].flat().flatMap((cell) => cell.tokens);
  }
  if (token.type === "list") return (token as Tokens.List).items;
  return ("tokens" in token ? token.tokens : undefined) ?? [];
}

/** The text of a heading, without its marks. */
function plain(token: Token): string {
  const children = childrenOf(token);
  if (children.length > 0) return children.map(plain).join("");
  return "text" in token ? String(token.text) : token.raw;
}
