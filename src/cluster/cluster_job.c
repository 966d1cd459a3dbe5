#include "cluster_job.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "fs.h"
#include "job_files.h"
#include "job_spec.h"
#include "json.h"
#include "mem.h"
#include "queue.h"
#include "workdir.h"

struct cluster_job *cluster_job_create(const struct job_spec *spec, const struct waiting *waiting)
{
    struct cluster_job *j = mem_zalloc(1, sizeof *j);
    *j = (struct cluster_job){.waiting = *waiting, .spec = spec};
    return j;
}

void cluster_job_destroy(struct cluster_job *j)
{
    free(j->slots);
    free(j->nodes);
    worker_end_finish(&j->end);
    free(j);
}

void cluster_job_add_slot(struct cluster_job *j, int slot)
{
    j->slots = mem_grow(j->slots, j->nb_slots, sizeof *j->slots);
    j->slots[j->nb_slots++] = slot;
}

/* "n1" is not in "n12, n3". */
static bool is_listed(const char *list, const char *name)
{
    const size_t nb = strlen(name);
    for (const char *at = list; at && *at; at += strcspn(at, ","), at += strspn(at, ", "))
        if (strcspn(at, ",") == nb && strncmp(at, name, nb) == 0)
            return true;
    return false;
}

void cluster_job_add_node(struct cluster_job *j, const char *node)
{
    char *before = j->nodes;
    if (is_listed(before, node))
        return;
    j->nodes = before ? mem_printf("%s, %s", before, node) : mem_strdup(node);
    free(before);
}

static char *path_of(const struct cluster_job *j, const char *queue)
{
    AUTO_FREE char *name = waiting_name(&j->waiting);
    return mem_printf("%s/new/%s", queue, name);
}

int cluster_job_queue(const struct cluster_job *j, const char *queue, struct err *err)
{
    AUTO_FREE char *path = path_of(j, queue);
    AUTO_JSON *document = job_spec_write(j->spec);
    return queue_write(path, document, err);
}

void cluster_job_unqueue(const struct cluster_job *j, const char *queue)
{
    AUTO_FREE char *path = path_of(j, queue);
    unlink(path);
}

/* Opening a folder makes NFS ask its server what is in it. */
static void refresh(const char *work, const char *key)
{
    AUTO_FREE char *folder = mem_printf("%s/%.2s", work, key);
    DIR *dir = opendir(folder);
    if (dir)
        closedir(dir);
}

bool cluster_job_made(const struct cluster_job *j, const char *work)
{
    for (size_t i = 0; i < job_spec_nb_results(j->spec); i++)
        refresh(work, job_spec_result_key(j->spec, i));
    AUTO_FREE char *absent = job_absent_file(work, j->spec);
    return !absent;
}
