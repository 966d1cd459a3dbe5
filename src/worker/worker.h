/*
 * A worker does one job: it reads a spec file and writes results to work/. This room is the program
 * talkpress-media (main.c; src/requests is what else it does), which the coordinator starts
 * (zygote.h). It knows the job's spec and
 * the pipeline, but never opens the store, and knows nothing of events, plans or programmes.
 *
 * The stage runs in a child process in a sandbox (docs/sandbox.md), which can write only the files
 * of its results. The worker itself parses no media; of a recording it computes the SHA-256 sum. It
 * validates what the child reports, has a second child check a file that will be published, flushes
 * the files and renames them into place, KEY.json last. If it is killed at any point, no incomplete
 * result remains.
 */
#pragma once

/* Does the job of the spec file. Reports progress on stdout, in lines of JSON ({"done": 0.25}), and
 * libav's messages on stderr. Returns the exit status: 0 if the job is done, 1 if it failed. In
 * that case the last line on stdout is {"code": …, "message": …}. */
int worker_main(const char *spec_path);
