/*
 * scale-time COMMAND...: runs it and prints, last on stderr, "WALL CPU PEAK": wall seconds, CPU
 * seconds of the process itself without its children's, and its peak memory in MB.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The 14th and 15th field of /proc/PID/stat of a process that has ended but is not waited for:
 * getrusage would add its children. */
static double own_cpu(pid_t pid)
{
    char path[64];
    unsigned long user = 0, kernel = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *f = fopen(path, "r");
    if (f && fscanf(f, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
                    &kernel) != 2)
        user = kernel = 0;
    if (f)
        fclose(f);
    return (double)(user + kernel) / (double)sysconf(_SC_CLK_TCK);
}

int main(int argc, char **argv)
{
    const double begin = now();
    const pid_t pid = argc > 1 ? fork() : -1;
    if (pid == 0) {
        execvp(argv[1], argv + 1);
        _exit(127);
    }
    siginfo_t info;
    if (pid < 0 || waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) < 0)
        return 127;
    const double wall = now() - begin, cpu = own_cpu(pid);
    int status = 0;
    struct rusage used = {0};
    wait4(pid, &status, 0, &used);
    fprintf(stderr, "%.3f %.2f %ld\n", wall, cpu, used.ru_maxrss / 1024);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}
