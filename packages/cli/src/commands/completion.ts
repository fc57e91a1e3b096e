import type { Command } from "commander";
import { EXIT } from "../errors.ts";
import { ASK, type Shell } from "../options.ts";
import { candidatesFor } from "./completion-candidates.ts";

/** Prints the script for a shell. */
export function completionCommand(shell: Shell): number {
  process.stdout.write(SCRIPTS[shell]);
  return EXIT.done;
}

/** Answers the script of a shell: a candidate a line, with a tab and what it is. Faults are nobody's business here. */
export async function answerCommand(program: Command, words: readonly string[]): Promise<number> {
  try {
    for (const { value, what } of await candidatesFor(program, words)) {
      process.stdout.write(what === "" ? `${value}\n` : `${value}\t${what}\n`);
    }
  } catch {
    // No town, or none that can be read: there is nothing to offer.
  }
  return EXIT.done;
}

/**
 * The scripts know nothing of commands and flags: they ask the program that is being completed, and so are never out of
 * date. What it answers is only ever used as data.
 */
const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# bash completion for convoy-cli
_convoy_cli() {
  local cur=\${COMP_WORDS[COMP_CWORD]} value what
  [[ $cur == = ]] && cur=
  COMPREPLY=()
  while IFS=$'\\t' read -r value what; do
    case $value in
      :dir) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
      :file) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
      *) COMPREPLY+=("$value") ;;
    esac
  done < <("\${COMP_WORDS[0]}" ${ASK} -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _convoy_cli convoy-cli
`,
  zsh: `#compdef convoy-cli
# zsh completion for convoy-cli
_convoy_cli() {
  local -a lines candidates
  local line value
  lines=("\${(@f)$("\${words[1]}" ${ASK} -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  for line in "\${lines[@]}"; do
    value="\${line%%$'\\t'*}"
    case "$value" in
      '') ;;
      :dir) _files -/; return ;;
      :file) _files; return ;;
      *) candidates+=("\${value//:/\\\\:}:\${\${line#*$'\\t'}:#$value}") ;;
    esac
  done
  compset -P '*='
  _describe -V 'convoy-cli' candidates
}
if [[ "\${funcstack[1]}" == _convoy_cli || "\${funcstack[1]}" == _convoy-cli ]]; then
  _convoy_cli "$@"
else
  compdef _convoy_cli convoy-cli
fi
`,
  fish: `# fish completion for convoy-cli
function __convoy_cli_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  for line in ($words[1] ${ASK} -- $words[2..-1] $current 2>/dev/null)
    switch $line
      case ':dir'
        __fish_complete_directories (string replace -r '^--[a-z-]+=' '' -- $current)
      case ':file'
        __fish_complete_path (string replace -r '^--[a-z-]+=' '' -- $current)
      case '*'
        if string match -qr '^--[a-z-]+=' -- $current
          echo (string replace -r '=.*' '=' -- $current)$line
        else
          echo $line
        end
    end
  end
end
complete -c convoy-cli -f -a '(__convoy_cli_complete)'
`,
};
