#!/bin/sh
# A doctor check of Gas City: 0 is well, 1 a warning, 2 an error; the first line is the message, the others are details.
# gc reads the stores of the city and of every rig. What cannot be read is an error, and never "clean".
cd "${GC_CITY_PATH:-.}" || exit 2
if ! listed=$(gc convoy list --json 2>/dev/null) || ! printf '%s' "$listed" | jq -e '.convoys | type == "array"' >/dev/null 2>&1; then
  echo "convoys could not be listed"
  command -v jq >/dev/null || echo "jq is not on the PATH; gc needs it, too"
  gc convoy list 2>&1 | head -n 5
  exit 2
fi
complete=$(printf '%s' "$listed" | jq -r '.convoys[]
  | select(.status == "open" and (.owned | not) and .progress.total > 0 and .progress.closed >= .progress.total)
  | "\(.id) \(.progress.closed)/\(.progress.total) \(.title)" | gsub("[[:cntrl:]]"; " ")')
if [ -z "$complete" ]; then
  echo "every complete convoy is closed"
  exit 0
fi
echo "complete convoys are still open: \`gc convoy check\` closes them"
printf '%s\n' "$complete"
exit 1
