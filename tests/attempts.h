/*
 * What a hostile process tries in a sandbox, and the folder in which it tries it. For tests of the
 * sandbox; a failure of what is around an attempt fails the test.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "sandbox.h"

enum { PLAIN_USER = 65534 };
enum { MEMORY = 1 << 30, FILE_BYTES = 1 << 20, CPU_S = 1 }; /* what a worker may take */

/* Where an attempt is made: input may be read, mine may be written, a file of the folder own; the
 * rest is foreign. */
extern char *base, *input, *own, *mine, *secret, *beside;
extern pid_t victim;  /* whom an attacker could harm: the test itself */
extern int left_open; /* a descriptor that the sandbox was not told of */

/* A group's setup and teardown: the paths above, in the test's folder. */
int make_paths(void **state);
int free_paths(void **state);

/* Everything as it was before an attempt, and the attacker's own. */
void set_up(bool plain);

/* Whether this kernel lacks a part of the sandbox, which is printed. */
bool skipped(void);

enum {
    ROOT_ONLY = 1,    /* a plain user cannot do it anywhere */
    NO_SANITIZER = 2, /* these limits cannot be held around their run time */
    OR_REFUSED = 4,   /* some machines refuse it outside of the sandbox too */
};

struct attempt {
    const char *name;
    int (*run)(void);
    int ends; /* in the sandbox: an errno, or a signal below 0 */
    int flags;
};

/* Attempts return 0 or an errno. */
int outcome(long ret);
int try_open(const char *path, int flags);
int read_passwords(void);
int make_pipe(void);
int make_memory_file(void);
int use_left_open(void);
int socket_tcp(void);
int socket_unix(void);
int start_process(void);
int run_program(void);
int signal_victim(void);
int run_data(void);
int take_memory(void);

/* A thread that ends at once. */
void *of_thread(void *opaque);

/* A worker's sandbox in the folder. */
struct sandbox_spec spec_of_worker(enum sandbox_mode mode);
/* What an attempt in it comes to: an errno, 0, or a signal below 0. */
int attempt_of_worker(int (*run)(void), enum sandbox_mode mode, bool plain);
