#!/usr/bin/env bash
# tests/runtime.sh SUITE: the packages that talkpress needs to run, on a fresh minimal system of a Debian suite (bookworm,
# trixie, ...). By hand, before a release; see docs/runtime.md.
#
#   1. builds the last commit: here if this is SUITE (the group build of packages.txt is needed), else in a system of it;
#   2. finds the packages of the libraries that the installed programs link;
#   3. makes a minimal system, installs these packages there, without what they only recommend, and talkpress;
#   4. says what each of them takes, with all that only it needs;
#   5. makes title cards with these fonts and with each package of fonts that the documentation names;
#   6. runs the main job of README.md there;
#   7. removes the systems.
#
# Runs as root, because it makes systems, and needs the network, mmdebstrap, git and 3 GB in TMPDIR. What it makes is in
# one temporary folder, and mounts are in a namespace of their own: nothing is left, after Ctrl-C too.
