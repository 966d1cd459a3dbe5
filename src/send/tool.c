#include "tool.h"

#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "fs.h"
#include "listing.h"
#include "mem.h"
#include "publish_settings.h"
#include "str.h"

/* --- lists ------------------------------------------------------------------------------------ */

void names_add(struct names *n, const char *name)
{
    n->list = mem_grow(n->list, n->nb, sizeof *n->list);
    n->list[n->nb++] = name;
}

void names_finish(struct names *n)
{
    free(n->list);
    *n = (struct names){0};
}

int tool_write_names(char **out, const struct tool *t, const struct names *names, char end,
                     struct err *err)
{
    AUTO_STR text = {0};
    AUTO_FREE char *path = fs_join(t->scratch, "names");
    for (size_t i = 0; i < names->nb; i++) {
        str_add(&text, names->list[i]);
        str_add_bytes(&text, &end, 1);
    }
    if (fs_write(path, text.s ? text.s : "", text.len, err) < 0)
        return err->code;
    *out = mem_take(&path);
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void tool_mark(bool *differs, const struct names *names, const char *name)
{
    const char **found =
        names->nb ? bsearch(&name, names->list, names->nb, sizeof name, by_name) : NULL;
    if (found)
        differs[found - names->list] = true;
}

bool tool_says(const char *text, const char *const *words)
{
    while (*words && !strcasestr(text, *words))
        words++;
    return *words != NULL;
}

/* --- once more -------------------------------------------------------------------------------- */

static const struct tool_way *way_of(const struct tool *t)
{
    return t->target->tool == PUBLISH_RSYNC ? &tool_rsync : &tool_rclone;
}

static int pause_ms(int nb_tried)
{
    static const int pauses_ms[] = {1000, 2000, 5000, 10000, 30000, 60000};
    const int last = sizeof pauses_ms / sizeof *pauses_ms - 1;
    return pauses_ms[nb_tried < last ? nb_tried : last];
}

/* Whether to try again, after a pause. A copy that got somewhere restarts the count. */
static bool try_again(struct tool *t, int *nb_tried, struct err *err)
{
    struct err stopped = {0};
    if (t->moved_bytes > 0)
        *nb_tried = 0;
    t->moved_bytes = 0;
    if (err->code != ERR_BUSY || ++t->nb_failed > 10 * t->tries || *nb_tried + 1 >= t->tries)
        return false;
    if (child_guard_wait(t->guard, pause_ms((*nb_tried)++), &stopped) < 0) {
        *err = stopped;
        return false;
    }
    *err = (struct err){0};
    return true;
}

int tool_list(struct listing *out, struct tool *t, struct err *err)
{
    int nb = 0;
    while (way_of(t)->list(out, t, err) < 0) {
        listing_finish(out);
        if (!try_again(t, &nb, err))
            return err->code;
    }
    return 0;
}

int tool_read(char **out, size_t *out_nb, struct tool *t, const char *name, struct err *err)
{
    int nb = 0;
    while (way_of(t)->read(out, out_nb, t, name, err) < 0)
        if (!try_again(t, &nb, err))
            return err->code;
    return 0;
}

int tool_put(struct tool *t, const char *dir, const struct names *names, bool again,
             struct err *err)
{
    int nb = 0;
    t->nb_copied = 0;
    t->moved_bytes = 0;
    while (names->nb && way_of(t)->put(t, dir, names, again, err) < 0)
        if (!try_again(t, &nb, err))
            return err->code;
    return 0;
}

int tool_compare(bool *differs, struct tool *t, const char *dir, const struct names *names,
                 struct err *err)
{
    int nb = 0;
    memset(differs, 0, names->nb * sizeof *differs);
    while (names->nb && way_of(t)->compare(differs, t, dir, names, err) < 0) {
        memset(differs, 0, names->nb * sizeof *differs);
        if (!try_again(t, &nb, err))
            return err->code;
    }
    return 0;
}

int tool_remove(struct tool *t, const struct names *names, struct err *err)
{
    int nb = 0;
    while (names->nb && way_of(t)->remove(t, names, err) < 0)
        if (!try_again(t, &nb, err))
            return err->code;
    return 0;
}

int tool_clean(struct tool *t, struct err *err)
{
    return way_of(t)->clean ? way_of(t)->clean(t, err) : 0;
}
