/* Programmes as files that tests write, and what was read from them in short. For tests that link
 * metadata. */
#pragma once

#include <string.h>

#include "fs.h"
#include "mem.h"
#include "programme.h"
#include "str.h"
#include "support.h"

/* The programme in short, to compare: "number|ref|title|speakers|section|room|start|times|url". */
static inline char *summary(const struct programme *p)
{
    AUTO_STR s = {0};
    str_addf(&s, "%s %s %s\n", p->name ? p->name : "-", p->begin ? p->begin : "-",
             p->end ? p->end : "-");
    for (size_t i = 0; i < p->nb_talks; i++) {
        const struct talk *t = &p->talks[i];
        AUTO_FREE char *speakers = NULL;
        AUTO_STR names = {0};
        for (size_t k = 0; k < t->nb_speakers; k++)
            str_addf(&names, "%s%s", k ? "+" : "", t->speakers[k]);
        speakers = str_take(&names);
        AUTO_FREE char *times = talk_times(t);
        str_addf(&s, "%d|%s|%s|%s|%s|%s|%s|%s|%s\n", t->number, t->ref ? t->ref : "-", t->title,
                 speakers, t->section ? t->section : "-", t->room ? t->room : "-",
                 t->start ? t->start : "-", times, t->url ? t->url : "-");
    }
    return str_take(&s);
}

/* The path of a new file in the test's folder. */
static inline char *write_file(const char *name, const char *text, size_t nb)
{
    struct err err = {0};
    char *path = folder_path("%s", name);
    AUTO_FREE char *dir = fs_dirname(path);
    assert_done(fs_mkdirs(dir, &err));
    assert_done(fs_write_atomic(path, text, nb, &err));
    return path;
}
