#!/bin/sh
# One sweep of all open convoys. Exit status 4 says that a watcher holds the town: it has seen the close itself.
convoy-cli check --quiet --town "${GC_CITY_PATH:-.}"
code=$?
[ "$code" -eq 4 ] && exit 0
exit "$code"
