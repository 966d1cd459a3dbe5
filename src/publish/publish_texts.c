/* Which texts publish writes itself (texts.h), made from the document of talks.json. */
#include <stdlib.h>
#include <string.h>

#include "captions.h"
#include "chapter_texts.h"
#include "contact_sheet_text.h"
#include "event.h"
#include "feeds.h"
#include "fs.h"
#include "json.h"
#include "kits.h"
#include "mem.h"
#include "plan.h"
#include "publisher.h"
#include "site.h"
#include "storyboard_vtt.h"
#include "texts.h"
#include "workdir.h"

/* For site_make: they are in work/, as publish puts them into out/ only later. */
static int read_captions(struct cues *out, const char *name, void *opaque, struct err *err)
{
    const struct publisher *u = opaque;
    const struct file *f = publisher_find(u->files, u->nb, name);
    AUTO_FREE char *path = f ? workdir_path(u->plan->event->work, f->key, "vtt") : NULL;
    return path && fs_exists(path) ? captions_read_file(out, path, err) : 0;
}

static bool is_current(const char *name, const char *made_of, void *opaque)
{
    const struct publisher *u = opaque;
    return texts_is_current(u->texts, name, made_of);
}

/* A feed that was added before the site. */
static const char *feed(const struct publisher *u, const char *name)
{
    return texts_added(u->texts, name) && !texts_is_foreign(u->texts, name) ? name : NULL;
}

static int make_site(struct site *out, struct publisher *u, const json_t *all, struct err *err)
{
    const struct site_settings *settings = &u->plan->event->settings.site;
    const struct site_source source = {.published = all,
                                       .templates = settings->templates,
                                       .base_url = settings->base_url,
                                       .feed_video = feed(u, KIT_FEED_VIDEO),
                                       .feed_sound = feed(u, KIT_FEED_SOUND),
                                       .captions = read_captions,
                                       .is_current = is_current,
                                       .opaque = u};
    return settings->templates ? site_make(out, &source, err) : 0;
}

static void add_storyboard(struct texts *texts, json_t *part)
{
    const json_t *storyboard = json_object_get(part, "storyboard");
    char *text = storyboard ? storyboard_vtt(storyboard) : NULL;
    const char *name = json_get_string(storyboard, "file", "");
    if (!text)
        return;
    texts_add(texts, mem_strdup(name), text, strlen(text));
    if (texts_is_foreign(texts, name))
        json_object_del(part, "storyboard");
}

/* The cues of the storyboards. */
static void add_storyboards(struct publisher *u, json_t *all)
{
    size_t t, p;
    json_t *talk, *part;
    json_array_foreach(json_object_get(all, "talks"), t, talk) {
        json_array_foreach(json_object_get(talk, "parts"), p, part) {
            add_storyboard(u->texts, part);
        }
    }
}

/* Feeds and pages come last: they show what is left in all. */
static int make_texts(struct site *site, struct publisher *u, json_t *all, struct err *err)
{
    if (texts_open(&u->texts, u->plan->event, err) < 0 || contact_sheet_add(u, all, err) < 0)
        return err->code;
    add_storyboards(u, all);
    chapter_texts_add(u->texts, all);
    return feeds_add(u->texts, all, &u->plan->event->settings.site, err) < 0
               ? err->code
               : make_site(site, u, all, err);
}

int publish_make_texts(struct publisher *u, json_t *all, struct err *err)
{
    AUTO_SITE site = {0};
    if (make_texts(&site, u, all, err) < 0)
        return err->code;
    for (size_t i = 0; i < site.nb; i++) {
        struct site_page *p = &site.pages[i];
        texts_add_made(u->texts, mem_take(&p->name), mem_take(&p->text), p->nb, p->made_of);
    }
    texts_compare(u->texts);
    const char *name;
    struct publish_result *r = u->result;
    r->has_pages = texts_added(u->texts, SITE_OVERVIEW);
    while ((name = texts_foreign(u->texts, r->nb_foreign))) {
        mem_add_string(&r->foreign, &r->nb_foreign, name);
        r->has_pages = r->has_pages && strcmp(name, SITE_OVERVIEW) != 0;
    }
    return 0;
}
