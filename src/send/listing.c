#include "listing.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "mem.h"

static void add(struct listing *l, const char *name, size_t nb_name, const char *time,
                int64_t bytes, bool is_file)
{
    l->files = mem_grow(l->files, l->nb, sizeof *l->files);
    l->files[l->nb++] = (struct there){.name = mem_printf("%.*s", (int)nb_name, name),
                                       .time = mem_strdup(time),
                                       .bytes = bytes,
                                       .is_file = is_file};
}

static int by_name(const void *a, const void *b)
{
    const struct there *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static void sort(struct listing *l)
{
    if (l->nb)
        qsort(l->files, l->nb, sizeof *l->files, by_name);
}

const struct there *listing_find(const struct listing *l, const char *name)
{
    const struct there wanted = {.name = (char *)(uintptr_t)name};
    return l->nb ? bsearch(&wanted, l->files, l->nb, sizeof *l->files, by_name) : NULL;
}

/* A line is "-rw-r--r--           6 2026/11/30 02:21:50 NAME". A link has " -> WHERE" after its
 * name. */
void listing_read_rsync(struct listing *out, const char *text)
{
    *out = (struct listing){0};
    for (const char *line = text, *end; *line; line = *end ? end + 1 : end) {
        char kind, day[11], hour[9];
        long long bytes;
        int at = 0;
        end = line + strcspn(line, "\n");
        if (sscanf(line, "%c%*9s %lld %10s %8s%n", &kind, &bytes, day, hour, &at) != 4 ||
            line + at + 1 >= end || line[at] != ' ')
            continue;
        AUTO_FREE char *time = mem_printf("%s %s", day, hour);
        const char *name = line + at + 1;
        const char *arrow = kind == 'l' ? memmem(name, (size_t)(end - name), " -> ", 4) : NULL;
        add(out, name, (size_t)((arrow ? arrow : end) - name), time, bytes, kind == '-');
    }
    sort(out);
}

int listing_read_rclone(struct listing *out, const char *text, size_t nb, struct err *err)
{
    enum { MAX_VALUES = 10000000 };
    *out = (struct listing){0};
    AUTO_FREE char *object = mem_printf("{\"all\": %.*s}", (int)nb, text);
    AUTO_JSON *json = NULL;
    json_t *all, *file;
    size_t i;
    if (json_read_limited(&json, object, strlen(object), MAX_VALUES, "what rclone lists", err) <
            0 ||
        json_need_array(&all, json, "all", "what rclone lists", err) < 0)
        return err->code;
    json_array_foreach(all, i, file) {
        const char *name = json_get_string(file, "Name", "");
        add(out, name, strlen(name), json_get_string(file, "ModTime", ""),
            json_get_int(file, "Size", -1), !json_get_bool(file, "IsDir", false));
    }
    sort(out);
    return 0;
}

void listing_finish(struct listing *l)
{
    for (size_t i = 0; i < l->nb; i++) {
        free(l->files[i].name);
        free(l->files[i].time);
    }
    free(l->files);
    *l = (struct listing){0};
}
