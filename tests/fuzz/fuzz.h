/*
 * What the fuzz targets share. A target is one function that takes bytes from a stranger: libFuzzer
 * calls it with bytes that it makes up, corpus_main.c with the files of a corpus. It must come
 * back, quickly, with nothing leaked; what it finds in the bytes does not matter.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A new string of the bytes and a NUL, with nothing behind that could be read by mistake. */
char *fuzz_text(const uint8_t *data, size_t size);

/* The path of a file in memory that holds the bytes until the next call. */
const char *fuzz_file(const uint8_t *data, size_t size);

/* An empty folder in TMPDIR, made at the first call and removed when the process ends by itself. */
const char *fuzz_folder(void);

struct err;

/* Takes what a call that may fail returned: one that failed has said why, one that did not has not.
 * Returns whether it failed. */
bool fuzz_failed(int ret, const struct err *err);

/* Ends the process with the message: what the target itself needs does not work. */
_Noreturn void fuzz_broken(const char *what, const char *why);
