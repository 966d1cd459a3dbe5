/*
 * A worker: one job from a spec file to files in work/. It never opens the store. The stage runs in
 * a process of its own in a sandbox (docs/sandbox.md), which writes into its own folder under
 * work/tmp/; the worker itself reads no media, flushes what that made and renames it into place,
 * KEY.json last. Killed anywhere, it leaves nothing that counts.
 */
#pragma once

/* Runs the job of the spec file. Progress goes to stdout, a line of JSON now and then
 * ({"done": 0.25}); libav's messages to stderr. Returns the process's exit status: 0 done, 1 failed
 * with one line of JSON ({"code": …, "message": …}) as the last one on stdout. */
int worker_main(const char *spec_path);
