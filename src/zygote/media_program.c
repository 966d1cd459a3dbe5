#include "media_program.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exit_status.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "program.h"

#define NAME "talkpress-media"

int media_program_find(char **out, struct err *err)
{
    return program_find(out, NAME, err);
}

/* The program's arguments: the name that it reports errors under, the words, NULL. The array is the
 * caller's. */
static char **arguments(char **words)
{
    static char name[] = "talkpress";
    size_t nb = 0;
    while (words[nb])
        nb++;
    char **all = mem_zalloc(nb + 2, sizeof *all);
    all[0] = name;
    memcpy(all + 1, words, nb * sizeof *all);
    return all;
}

/* Writes the request to an anonymous file, whose length is not limited as that of arguments and
 * pipes is. Returns it, or -1. */
static int write_request(const json_t *request, struct err *err)
{
    const int fd = memfd_create("request", MFD_CLOEXEC);
    AUTO_FREE char *text = json_compact(request);
    if (fd >= 0 && fs_write_all(fd, text, strlen(text)) == 0 && lseek(fd, 0, SEEK_SET) == 0)
        return fd;
    err_errno(err, errno, "cannot pass the request to " NAME);
    if (fd >= 0)
        close(fd);
    return -1;
}

/* --- asking ----------------------------------------------------------------------------------- */

/* Runs the program from one file to another. */
static int run(const char *program, char **words, int in, int out, struct err *err)
{
    AUTO_FREE char **all = arguments(words);
    int status;
    fflush(NULL); /* nothing is printed twice */
    const pid_t pid = fork();
    if (pid == 0) {
        if (dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0)
            execv(program, all);
        _exit(EXIT_FAILED);
    }
    while (pid > 0 && waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return err_errno(err, errno, "cannot wait for '%s'", program);
    if (pid < 0)
        return err_errno(err, errno, "cannot start '%s'", program);
    return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_OK
               ? 0
               : err_set(err, ERR_EXTERNAL, "'%s' failed", program);
}

/* The program has drawn texts that strangers wrote, so that its answer is read no further than any
 * that it gives: a few hundred bytes for each of 100,000 cards. */
static int read_answer(json_t **out, int fd, struct err *err)
{
    enum { MAX_BYTES = 64 << 20, MAX_VALUES = 1 << 20 };
    struct err why = {0};
    const off_t nb = lseek(fd, 0, SEEK_END);
    const bool fits = nb > 0 && nb <= MAX_BYTES;
    AUTO_FREE char *text = mem_zalloc(fits ? (size_t)nb + 1 : 1, 1);
    if (fits && pread(fd, text, (size_t)nb, 0) == nb &&
        json_read_limited(out, text, (size_t)nb, MAX_VALUES, "it", &why) == 0)
        return 0;
    return err_set(err, ERR_EXTERNAL, "the answer of " NAME " cannot be read");
}

int media_program_ask(json_t **answer, const char *program, char **words, const json_t *request,
                      struct err *err)
{
    const int in = write_request(request, err);
    const int out = in < 0 ? -1 : memfd_create("answer", MFD_CLOEXEC);
    if (in >= 0 && out < 0)
        err_errno(err, errno, "cannot read the answer of " NAME);
    if (out >= 0 && run(program, words, in, out, err) == 0)
        (void)read_answer(answer, out, err);
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    return err->code;
}

int media_program_make(const char *word, const json_t *request, struct err *err)
{
    AUTO_FREE char *program = NULL, *name = mem_strdup(word);
    AUTO_JSON *answer = NULL;
    if (media_program_find(&program, err) < 0 ||
        media_program_ask(&answer, program, (char *[]){name, NULL}, request, err) < 0)
        return err->code;
    const char *failure = json_get_string(answer, "failure", NULL);
    return failure ? err_set(err, ERR_EXTERNAL, "%s", failure) : 0;
}

/* --- becoming --------------------------------------------------------------------------------- */

/* Makes the request the standard input. */
static int take_as_input(const json_t *request, struct err *err)
{
    const int fd = write_request(request, err);
    if (fd >= 0 && dup2(fd, STDIN_FILENO) < 0)
        err_errno(err, errno, "cannot pass the request to " NAME);
    if (fd > STDIN_FILENO)
        close(fd);
    return err->code;
}

void media_program_become(const char *program, char **words, const json_t *request, struct err *err)
{
    AUTO_FREE char **all = arguments(words);
    if (request && take_as_input(request, err) < 0)
        return;
    execv(program, all);
    err_errno(err, errno, "cannot start '%s'", program);
}
