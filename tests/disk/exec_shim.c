/*
 * Preloaded into a coordinator that valgrind runs: there, /proc/self/exe is valgrind, but
 * readlink() of it still tells the program, so workers are started by that name.
 */
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

enum { MAX_ARGS = 8 };

int execl(const char *path, const char *arg, ...)
{
    char program[4096];
    const char *args[MAX_ARGS + 1] = {arg};
    va_list more;
    va_start(more, arg);
    for (int i = 1; i < MAX_ARGS && args[i - 1]; i++)
        args[i] = va_arg(more, const char *);
    va_end(more);
    const ssize_t n = readlink(path, program, sizeof program - 1);
    program[n > 0 ? n : 0] = '\0';
    char *argv[MAX_ARGS + 1];
    memcpy(argv, args, sizeof argv);
    return execv(n > 0 ? program : path, argv);
}
