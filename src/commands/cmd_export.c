#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "event.h"
#include "export.h"
#include "export_folder.h"
#include "export_links.h"
#include "export_waveforms.h"
#include "fs.h"
#include "json.h"
#include "kits.h"
#include "mem.h"
#include "programme.h"
#include "publish.h"
#include "store.h"
#include "url.h"

/* What is exported, and where to. */
struct task {
    struct event *event;
    const char *base_url; /* with a slash at its end; NULL: no links */
    const char *path;     /* NULL: standard output */
    json_t *published;    /* talks.json; NULL: nothing was published */
};

/* --- the programme with links ----------------------------------------------------------------- */

static int write_text(const char *path, const char *text, struct err *err)
{
    if (path)
        return fs_write_output(path, text, strlen(text), err);
    fputs(text, stdout);
    return 0;
}

static int write_schedule_xml(const struct task *t, const struct programme *p,
                              const struct export_links *l, struct err *err)
{
    AUTO_FREE char *xml = NULL;
    return export_schedule_xml(&xml, p, l->files, l->nb, err) < 0 ? err->code
                                                                  : write_text(t->path, xml, err);
}

static int write_pyvideo(const struct task *t, const struct programme *p,
                         const struct export_links *l, struct err *err)
{
    AUTO_EXPORT_TEXTS texts = {0};
    export_pyvideo(&texts, p, l->files, l->nb);
    return export_folder_write(&texts, t->path, t->event->out, err);
}

typedef int programme_writer(const struct task *t, const struct programme *p,
                             const struct export_links *l, struct err *err);

/* Talks whose language the user set have that one. */
static int set_languages(struct programme *p, struct store *store, struct err *err)
{
    AUTO_FREE struct chosen_language *list = NULL;
    size_t nb = 0;
    if (store_chosen_languages(&list, &nb, store, err) < 0)
        return err->code;
    for (size_t i = 0; i < nb; i++) {
        struct talk *t = programme_find(p, list[i].talk);
        if (!t)
            continue;
        free(t->language);
        t->language = mem_strdup(list[i].language);
    }
    return 0;
}

static int write_programme(const struct task *t, programme_writer *write, struct err *err)
{
    AUTO_PROGRAMME p = {0};
    AUTO_EXPORT_LINKS l = {0};
    if (store_programme(&p, t->event->store, err) < 0)
        return err->code;
    event_about_apply(&t->event->settings.about, &p);
    if (set_languages(&p, t->event->store, err) < 0)
        return err->code;
    if (!p.nb_talks)
        return err_set(err, ERR_INVALID, "%s", CLI_NO_TALKS);
    if (t->base_url)
        export_links_read(&l, t->published, t->base_url);
    if (write(t, &p, &l, err) < 0)
        return err->code;
    if (!t->base_url)
        fputs("no links to the videos: --base-url URL gives the address of out/ on the web\n",
              stderr);
    else if (!l.nb)
        fputs("no links to the videos: nothing is published yet\n", stderr);
    return 0;
}

/* --- kits ------------------------------------------------------------------------------------- */

static void print_notes(const struct kit *kit)
{
    for (size_t i = 0; i < kit->nb_notes; i++) {
        const struct kit_note *n = &kit->notes[i];
        fprintf(stderr, "%s%s: %s", i ? "      " : "note: ", n->first, n->what);
        if (n->nb > 1)
            fprintf(stderr, " (and %zu more)", n->nb - 1);
        fputs("\n", stderr);
    }
}

static int write_kit(const struct task *t, kit_make *make, bool is_folder, struct err *err)
{
    AUTO_KIT kit = {0};
    const struct kit_source source = {t->published, t->base_url,
                                      publish_feed_image(&t->event->settings.site)};
    if (!t->published)
        return err_set(err, ERR_INVALID,
                       "nothing is published yet: 'talkpress run' publishes what is complete");
    if (!json_object_get(json_object_get(t->published, "event"), "id"))
        return err_set(err, ERR_INVALID,
                       "'%s' is of an earlier talkpress: run 'talkpress publish' first",
                       PUBLISH_LIST);
    if (make(&kit, &source, err) < 0)
        return err->code;
    const int rc = is_folder ? export_folder_write(&kit.files, t->path, t->event->out, err)
                             : write_text(t->path, kit.files.texts[0].text, err);
    if (rc == 0)
        print_notes(&kit);
    return rc;
}

/* --- formats ---------------------------------------------------------------------------------- */

static const struct format {
    const char *name;
    bool is_folder, needs_url;
    programme_writer *programme; /* either */
    kit_make *kit;               /* or neither: waveforms */
} formats[] = {
    {"schedule.xml", false, false, write_schedule_xml, NULL},
    {"pyvideo", true, false, write_pyvideo, NULL},
    {"podcast", true, true, NULL, kit_podcast},
    {"youtube", true, false, NULL, kit_youtube},
    {"peertube", true, false, NULL, kit_peertube},
    {"voctoweb", true, false, NULL, kit_voctoweb},
    {"archive.org", false, false, NULL, kit_archive},
    {"pretalx", false, true, NULL, kit_pretalx},
    {"waveform", true, false, NULL, NULL},
};
enum { NB_FORMATS = sizeof formats / sizeof *formats };

/* NULL: there is none. */
static const struct format *find_format(const char *name)
{
    for (size_t i = 0; i < NB_FORMATS; i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

/* --- the command ------------------------------------------------------------------------------ */

int check_export(struct command *c, struct err *err)
{
    (void)err;
    const char *base_url = command_value(c, "base-url");
    const struct format *format = find_format(c->operands[0]);
    if (!format)
        return command_usage(c, "%s", c->verb->takes.complaint);
    if (format->is_folder && !command_has(c, "output"))
        return command_usage(c, "%s needs a folder: -o DIR", format->name);
    if (base_url && !url_is_folder(base_url))
        return command_usage(c, "'%s' is not a URL: write it like https://example.org/videos/",
                             base_url);
    return 0;
}

static int read_published(struct task *t, struct err *err)
{
    AUTO_FREE char *path = fs_join(t->event->out, PUBLISH_LIST);
    json_t *talks;
    if (!fs_is_regular(path))
        return 0;
    return json_read_file(&t->published, path, err) < 0 ||
                   json_need_array(&talks, t->published, "talks", path, err) < 0
               ? err->code
               : 0;
}

static int export(struct task *t, const struct format *format, struct err *err)
{
    if (format->needs_url && !t->base_url)
        return err_set(err, ERR_INVALID,
                       "%s needs the address of out/ on the web: give --base-url URL, or set "
                       "'base_url' of 'site' in talkpress.yaml",
                       format->name);
    if (((t->base_url && format->programme) || format->kit) && read_published(t, err) < 0)
        return err->code;
    if (!format->kit && !format->programme)
        return export_waveforms(t->event, t->path, err);
    return format->kit ? write_kit(t, format->kit, format->is_folder, err)
                       : write_programme(t, format->programme, err);
}

int cmd_export(struct command *c, struct err *err)
{
    const char *own = command_value(c, "base-url");
    AUTO_FREE char *base_url = url_folder(own ? own : c->event->settings.site.base_url);
    struct task t = {.event = c->event, .base_url = base_url, .path = command_value(c, "output")};
    const int rc = export(&t, find_format(c->operands[0]), err);
    json_decref(t.published);
    return rc < 0 ? rc : EXIT_OK;
}
