#include "chapters.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "str.h"

void chapters_finish(struct chapters *c)
{
    for (size_t i = 0; i < c->nb; i++)
        free(c->list[i].title);
    free(c->list);
    *c = (struct chapters){0};
}

/* The index of the first chapter that is not before that time. */
static size_t first_from(const struct chapters *c, int64_t at_ms)
{
    size_t i = c->nb;
    while (i > 0 && c->list[i - 1].at_ms >= at_ms)
        i--;
    return i;
}

const struct chapter *chapters_find(const struct chapters *c, int64_t at_ms)
{
    const size_t i = first_from(c, at_ms);
    return i < c->nb && c->list[i].at_ms == at_ms ? &c->list[i] : NULL;
}

void chapters_add(struct chapters *c, int64_t at_ms, const char *title)
{
    const size_t i = first_from(c, at_ms);
    if (i < c->nb && c->list[i].at_ms == at_ms) {
        free(c->list[i].title);
        c->list[i].title = mem_strdup(title);
        return;
    }
    c->list = mem_grow(c->list, c->nb, sizeof *c->list);
    memmove(&c->list[i + 1], &c->list[i], (c->nb - i) * sizeof *c->list);
    c->list[i] = (struct chapter){at_ms, mem_strdup(title)};
    c->nb++;
}

int chapters_title(char **out, const char *text, struct err *err)
{
    AUTO_FREE char *title = str_clean_line(text);
    const size_t nb = strlen(title);
    if (nb == 0)
        return err_set(err, ERR_INVALID, "the title is empty");
    if (nb > CHAPTERS_TITLE_BYTES)
        return err_set(err, ERR_INVALID, "the title has %zu bytes: at most %d are allowed", nb,
                       CHAPTERS_TITLE_BYTES);
    *out = mem_take(&title);
    return 0;
}

void chapters_cut(struct chapters *out, const struct chapters *all, int64_t begin_ms,
                  int64_t end_ms)
{
    for (size_t i = 0; i < all->nb; i++) {
        const struct chapter *c = &all->list[i];
        if (c->at_ms < end_ms) /* a later one that begins before the part replaces an earlier one */
            chapters_add(out, c->at_ms > begin_ms ? c->at_ms - begin_ms : 0, c->title);
    }
}

void chapters_drop(struct chapters *c, int64_t begin_ms, int64_t end_ms)
{
    AUTO_CHAPTERS all = *c;
    *c = (struct chapters){0};
    for (size_t i = 0; i < all.nb; i++) { /* of several at the joint, the last one stays */
        const int64_t at_ms = all.list[i].at_ms;
        chapters_add(c,
                     at_ms >= end_ms    ? at_ms - (end_ms - begin_ms)
                     : at_ms > begin_ms ? begin_ms
                                        : at_ms,
                     all.list[i].title);
    }
}

void chapters_publish(struct chapters *out, const struct chapters *of_part, int64_t card_ms,
                      const char *title)
{
    if (of_part->nb)
        chapters_add(out, 0, title);
    for (size_t i = 0; i < of_part->nb; i++) {
        const struct chapter *c = &of_part->list[i];
        chapters_add(out, c->at_ms ? c->at_ms + card_ms : 0, c->title);
    }
}
