#include "kit.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "mem.h"

static struct export_text *add(struct kit *k, char *path)
{
    struct export_texts *t = &k->files;
    t->texts = mem_grow(t->texts, t->nb, sizeof *t->texts);
    t->texts[t->nb] = (struct export_text){.path = path};
    return &t->texts[t->nb++];
}

void kit_add_text(struct kit *k, char *path, char *text)
{
    add(k, path)->text = text;
}

void kit_add_json(struct kit *k, char *path, json_t *value)
{
    kit_add_text(k, path, json_file_text(value));
    json_decref(value);
}

void kit_add_copy(struct kit *k, char *path, const char *name)
{
    add(k, path)->copy = mem_strdup(name);
}

void kit_note(struct kit *k, const char *where, const char *format, ...)
{
    char what[300];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    for (size_t i = 0; i < k->nb_notes; i++)
        if (strcmp(k->notes[i].what, what) == 0) {
            k->notes[i].nb++;
            return;
        }
    k->notes = mem_grow(k->notes, k->nb_notes, sizeof *k->notes);
    k->notes[k->nb_notes++] = (struct kit_note){mem_strdup(what), mem_strdup(where), 1};
}

void kit_finish(struct kit *k)
{
    export_texts_finish(&k->files);
    for (size_t i = 0; i < k->nb_notes; i++) {
        free(k->notes[i].what);
        free(k->notes[i].first);
    }
    free(k->notes);
    *k = (struct kit){0};
}
