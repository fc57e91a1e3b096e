#!/bin/sh
# A doctor check of Gas City: 0 is well, 1 a warning, 2 an error; the first line is the message, the others are details.
# What cannot be read is an error, and never "clean".
output=$(convoy-cli check --dry-run --no-color --town "${GC_CITY_PATH:-.}" 2>&1)
case $? in
  0)
    echo "every complete convoy is closed"
    exit 0
    ;;
  3)
    echo "complete convoys are still open"
    printf '%s\n' "$output"
    exit 1
    ;;
  *)
    echo "convoys could not be checked"
    printf '%s\n' "$output"
    exit 2
    ;;
esac
