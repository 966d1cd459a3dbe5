#include "contact_sheet_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "contact_sheet.h"
#include "event.h"
#include "fs.h"
#include "json.h"
#include "key.h"
#include "media_program.h"
#include "media_request.h"
#include "mem.h"
#include "plan.h"
#include "publisher.h"
#include "texts.h"
#include "workdir.h"

/* "15/1  GoGrid and Xen" */
static char *label_of(const json_t *talk, const json_t *part)
{
    const int number = (int)json_get_int(talk, "number", 0);
    const char *title = json_get_string(talk, "title", "");
    return json_array_size(json_object_get(talk, "parts")) > 1
               ? mem_printf("%d/%d  %s", number, (int)json_get_int(part, "part", 0), title)
               : mem_printf("%d  %s", number, title);
}

static void add_part(struct contact_request *r, struct key *made_of, const struct publisher *u,
                     const json_t *talk, const json_t *part)
{
    const char *poster = json_get_string(part, "poster", NULL);
    const struct file *f = poster ? publisher_find(u->files, u->nb, poster) : NULL;
    if (!f || r->nb == CONTACT_SHEET_MOST)
        return;
    r->posters = mem_grow(r->posters, r->nb, sizeof *r->posters);
    r->labels = mem_grow(r->labels, r->nb, sizeof *r->labels);
    r->posters[r->nb] = workdir_path(u->plan->event->work, f->key, "jpg");
    r->labels[r->nb] = label_of(talk, part);
    key_text(made_of, f->key);
    key_text(made_of, r->labels[r->nb++]);
}

/* Parts that are being made again have no poster in the list. */
static void list_posters(struct contact_request *r, char made_of[KEY_BYTES],
                         const struct publisher *u, const json_t *all)
{
    struct key key = key_begin("contact sheet", CONTACT_SHEET_VERSION);
    size_t t, p;
    json_t *talk, *part;
    json_array_foreach(json_object_get(all, "talks"), t, talk) {
        json_array_foreach(json_object_get(talk, "parts"), p, part) {
            add_part(r, &key, u, talk, part);
        }
    }
    key_end(&key, made_of);
}

/* Makes the sheet in work/tmp/ and reads it. */
static int make(char **out, size_t *nb, struct contact_request *r, const struct event *event,
                struct err *err)
{
    enum { MAX_BYTES = 256 << 20 };
    struct err ignored = {0};
    r->sandbox = mem_strdup(sandbox_mode_name(event->settings.sandbox));
    r->path = mem_printf("%s/tmp/contact-sheet-%d.jpg", event->work, (int)getpid());
    AUTO_JSON *request = contact_request_write(r);
    if (workdir_make_tmp(event->work, err) == 0 &&
        media_program_make("contact-sheet", request, err) == 0)
        (void)!fs_read(out, nb, r->path, MAX_BYTES, err);
    (void)!fs_remove_all(r->path, &ignored);
    return err->code;
}

int contact_sheet_add(struct publisher *u, json_t *all, struct err *err)
{
    AUTO_CONTACT_REQUEST request = {0};
    char made_of[KEY_BYTES];
    char *jpeg = NULL;
    size_t nb = 0;
    struct err why = {0};
    if (!u->plan->event->settings.site.templates)
        return 0;
    list_posters(&request, made_of, u, all);
    if (!request.nb)
        return 0;
    const bool foreign = texts_is_foreign(u->texts, CONTACT_SHEET_NAME);
    if (!foreign && !texts_is_current(u->texts, CONTACT_SHEET_NAME, made_of) &&
        make(&jpeg, &nb, &request, u->plan->event, &why) < 0) {
        if (why.code != ERR_EXTERNAL && why.code != ERR_INVALID)
            return *err = why, why.code;
        u->result->no_contact_sheet = mem_strdup(why.msg);
        return 0;
    }
    texts_add_made(u->texts, mem_strdup(CONTACT_SHEET_NAME), jpeg, nb, made_of);
    if (!foreign)
        json_object_set_new(all, "contact_sheet", json_string(CONTACT_SHEET_NAME));
    return 0;
}
