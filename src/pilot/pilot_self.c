#include "pilot_self.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "claims.h"
#include "err.h"
#include "mem.h"
#include "sandbox.h"

/* --- from the environment, as src/cluster/engine.h lists it ----------------------------------- */

static long number_of(const char *name, long least, long most)
{
    const char *text = getenv(name);
    char *end;
    const long n = text ? strtol(text, &end, 10) : 0;
    return text && *text && !*end && n >= least && n <= most ? n : 0;
}

static char *find_node(void)
{
    char host[256];
    const char *node = getenv("SLURMD_NODENAME");
    if (node && *node)
        return mem_strdup(node);
    host[sizeof host - 1] = '\0';
    return mem_strdup(gethostname(host, sizeof host - 1) == 0 ? host : "unknown");
}

static char *find_task(void)
{
    const char *array = getenv("SLURM_ARRAY_JOB_ID"), *index = getenv("SLURM_ARRAY_TASK_ID"),
               *job = getenv("SLURM_JOB_ID"), *other = getenv("TALKPRESS_TASK");
    if (array && index)
        return mem_printf("%s_%s", array, index);
    if (job || other)
        return mem_strdup(job ? job : other);
    return mem_printf("%d", (int)getpid());
}

static int find_cores(void)
{
    enum { MOST = 4096 };
    cpu_set_t set;
    const long wanted = number_of("SLURM_CPUS_PER_TASK", 1, MOST),
               other = number_of("TALKPRESS_CORES", 1, MOST);
    if (wanted || other)
        return (int)(wanted ? wanted : other);
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

static long find_memory_mb(void)
{
    const long given = number_of("SLURM_MEM_PER_NODE", 1, 1L << 40);
    if (given)
        return given;
    const long long pages = sysconf(_SC_PHYS_PAGES), bytes = sysconf(_SC_PAGESIZE);
    return pages > 0 && bytes > 0 ? (long)(pages * bytes >> 20) : 1024;
}

void pilot_self_find(struct pilot_self *out)
{
    struct sandbox_report report = {0};
    struct err ignored = {0};
    const long restart = number_of("SLURM_RESTART_COUNT", 1, 1000000);
    *out = (struct pilot_self){.node = find_node(),
                               .task = find_task(),
                               .cores = find_cores(),
                               .memory_mb = find_memory_mb()};
    out->name = pilot_name(out->node, out->task, (int)restart, (int)getpid());
    if (sandbox_try(&report, &ignored) < 0)
        report = (struct sandbox_report){0};
    out->sandbox = sandbox_describe(&report);
    out->sandbox_whole = sandbox_is_whole(&report);
}

void pilot_self_finish(struct pilot_self *s)
{
    free(s->node);
    free(s->task);
    free(s->name);
    free(s->sandbox);
    *s = (struct pilot_self){0};
}
