/*
 * crash_state JOURNAL LINES FOLDER [SEED]: makes in the empty FOLDER what a power cut would have
 * left after the first LINES lines of a journal of disk_shim.c.
 *
 * The model. A file holds what it held when it was flushed last; one that never was holds nothing.
 * A folder has the names that it had when it was flushed last. A disk may have got further by
 * itself, in any order: with a SEED, each name shows by the toss of a coin either its last flushed
 * state or its latest one, whatever the others do, and a file that never was flushed is empty or
 * full of zeros. So what a program relies on without a flush goes missing in one state or another.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_NAMES = 1 << 16, MAX_LINE = 8192, NONE = -1, ZEROS = 4096 };

struct node {
    bool folder;
    long begin, end; /* in "data": what was flushed last; NONE: never */
};

struct name {
    char *path;
    int latest, flushed; /* nodes, or NONE */
};

static struct node nodes[MAX_NAMES];
static struct name names[MAX_NAMES];
static int nb_nodes, nb_names;

static void fail(const char *what, const char *of)
{
    fprintf(stderr, "crash_state: %s '%s'\n", what, of);
    exit(2);
}

static struct name *name_of(const char *path)
{
    for (int i = 0; i < nb_names; i++)
        if (strcmp(names[i].path, path) == 0)
            return &names[i];
    if (nb_names == MAX_NAMES)
        fail("too many names:", path);
    names[nb_names] = (struct name){strdup(path), NONE, NONE};
    return &names[nb_names++];
}

static int new_node(bool folder)
{
    if (nb_nodes == MAX_NAMES)
        fail("too many files", "");
    nodes[nb_nodes] = (struct node){folder, NONE, NONE};
    return nb_nodes++;
}

/* --- the journal ------------------------------------------------------------------------------ */

static bool lies_in(const char *path, const char *folder)
{
    const size_t nb = strlen(folder);
    if (!nb)
        return !strchr(path, '/');
    return strncmp(path, folder, nb) == 0 && path[nb] == '/' && !strchr(path + nb + 1, '/');
}

static void flush_folder(const char *folder)
{
    for (int i = 0; i < nb_names; i++)
        if (lies_in(names[i].path, folder))
            names[i].flushed = names[i].latest;
}

/* A file is flushed, or gets another name. */
static void follow_file(struct name *n, const char *call, const char *more)
{
    if (n->latest == NONE) /* made where the journal does not see: within a sandbox */
        n->latest = new_node(false);
    if (strcmp(call, "sync") == 0) {
        struct node *node = &nodes[n->latest];
        if (sscanf(more, "%ld-%ld", &node->begin, &node->end) != 2)
            fail("no place in the data:", more);
        return;
    }
    struct name *to = name_of(more);
    const bool same = to->latest == n->latest; /* then rename() does nothing */
    to->latest = n->latest;
    if (strcmp(call, "rename") == 0 && !same)
        n->latest = NONE;
}

static void follow(const char *call, const char *path, const char *more)
{
    struct name *n = name_of(path);
    if (strcmp(call, "create") == 0 || strcmp(call, "mkdir") == 0)
        n->latest = new_node(*call == 'm');
    else if (strcmp(call, "unlink") == 0)
        n->latest = NONE;
    else if (strcmp(call, "syncdir") == 0)
        flush_folder(path);
    else if (more)
        follow_file(n, call, more);
    else
        fail("a line of the journal ends early:", path);
}

static void read_journal(const char *journal, long nb_lines)
{
    char path[MAX_LINE], line[MAX_LINE];
    snprintf(path, sizeof path, "%s/log", journal);
    FILE *f = fopen(path, "r");
    if (!f)
        fail("cannot open", path);
    while (nb_lines-- > 0 && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = '\0';
        char *of = strchr(line, '\t');
        if (!of)
            fail("no line of a journal:", line);
        *of++ = '\0';
        char *more = strchr(of, '\t');
        if (more)
            *more++ = '\0';
        follow(line, of, more);
    }
    fclose(f);
}

/* --- what is left ----------------------------------------------------------------------------- */

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct name *)a)->path, ((const struct name *)b)->path);
}

static void copy(FILE *out, const char *journal, const struct node *node)
{
    char path[MAX_LINE];
    snprintf(path, sizeof path, "%s/data", journal);
    const size_t nb = (size_t)(node->end - node->begin);
    char *bytes = malloc(nb + 1);
    FILE *in = fopen(path, "rb");
    if (!in || !bytes || fseek(in, node->begin, SEEK_SET) < 0 || fread(bytes, 1, nb, in) != nb)
        fail("cannot read", path);
    fwrite(bytes, 1, nb, out);
    fclose(in);
    free(bytes);
}

static bool toss(bool by_chance)
{
    return by_chance && rand() / (RAND_MAX / 2 + 1);
}

/* A name in a folder that is not there has no place to be: fopen and mkdir fail, and that is it. */
static void leave(const struct name *n, const char *journal, const char *folder, bool by_chance)
{
    static const char zeros[ZEROS];
    char path[MAX_LINE];
    const int node = toss(by_chance) ? n->latest : n->flushed;
    snprintf(path, sizeof path, "%s/%s", folder, n->path);
    if (node == NONE)
        return;
    if (nodes[node].folder) {
        (void)mkdir(path, 0777);
        return;
    }
    FILE *out = fopen(path, "wb");
    if (!out)
        return;
    if (nodes[node].begin != NONE)
        copy(out, journal, &nodes[node]);
    else if (toss(by_chance))
        fwrite(zeros, 1, sizeof zeros, out);
    fclose(out);
}

int main(int argc, char **argv)
{
    if (argc < 4)
        fail("usage:", "crash_state JOURNAL LINES FOLDER [SEED]");
    if (argc > 4)
        srand((unsigned)atoi(argv[4]));
    read_journal(argv[1], atol(argv[2]));
    qsort(names, (size_t)nb_names, sizeof *names, by_path);
    for (int i = 0; i < nb_names; i++)
        leave(&names[i], argv[1], argv[3], argc > 4);
    return 0;
}
