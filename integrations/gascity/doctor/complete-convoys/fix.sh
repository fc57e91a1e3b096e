#!/bin/sh
# What `gc doctor --fix` does about it.
cd "${GC_CITY_PATH:-.}" && exec gc convoy check
