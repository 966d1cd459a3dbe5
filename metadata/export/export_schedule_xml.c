#include "export.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "export_files.h"
#include "mem.h"
#include "plain_text.h"
#include "programme.h"
#include "programme_refs.h"
#include "str.h"
#include "xml_out.h"

enum { DAY_BYTES = 10, NAME_BYTES = 80 };

/* A talk and its place in the file. */
struct place {
    const struct talk *talk;
    const char *day; /* DAY_BYTES of it; NULL: not known */
    size_t room;     /* its position in the programme, from 1; 0: none */
    size_t index;
};

struct writer {
    struct xml_out xml;
    const struct programme *programme;
    const struct export_file *files;
    size_t nb_files;
    struct place *places;
    size_t nb_places;
};

/* --- the document's pieces -------------------------------------------------------------------- */

static void number_attribute(struct writer *w, const char *name, int value)
{
    AUTO_FREE char *text = mem_printf("%d", value);
    xml_out_attribute(&w->xml, name, text);
}

/* An element with a line that an importer made, so that importing it again gives the same. */
static void line_element(struct writer *w, const char *name, const char *line)
{
    AUTO_FREE char *text = plain_line_escape(line);
    xml_out_element(&w->xml, name, text);
}

/* --- order of the talks ----------------------------------------------------------------------- */

/* NULL: the talk's day is not known. */
static const char *day_of(const struct programme *p, const struct talk *t)
{
    if (t->start)
        return t->start;
    return p->begin && p->end && strcmp(p->begin, p->end) == 0 ? p->begin : NULL;
}

static int compare_days(const char *a, const char *b)
{
    if (!a || !b)
        return (a == NULL) - (b == NULL); /* talks without a day come last */
    return strncmp(a, b, DAY_BYTES);
}

static int compare_places(const void *va, const void *vb)
{
    const struct place *a = va, *b = vb;
    const int days = compare_days(a->day, b->day);
    if (days)
        return days;
    if (a->room != b->room)
        return a->room < b->room ? -1 : 1;
    return a->index < b->index ? -1 : 1;
}

static void place_talks(struct writer *w)
{
    GHashTable *rooms = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t i = 0; i < w->programme->nb_talks; i++) {
        const struct talk *t = &w->programme->talks[i];
        if (t->gone)
            continue;
        size_t room = t->room ? GPOINTER_TO_SIZE(g_hash_table_lookup(rooms, t->room)) : 0;
        if (t->room && !room) {
            room = g_hash_table_size(rooms) + 1;
            g_hash_table_insert(rooms, t->room, GSIZE_TO_POINTER(room));
        }
        w->places = mem_grow(w->places, w->nb_places, sizeof *w->places);
        w->places[w->nb_places++] =
            (struct place){.talk = t, .day = day_of(w->programme, t), .room = room, .index = i};
    }
    g_hash_table_unref(rooms);
    if (w->nb_places)
        qsort(w->places, w->nb_places, sizeof *w->places, compare_places);
}

/* --- the conference --------------------------------------------------------------------------- */

static int count_days(const struct writer *w)
{
    int nb = 0;
    for (size_t i = 0; i < w->nb_places && w->places[i].day; i++)
        nb += i == 0 || compare_days(w->places[i - 1].day, w->places[i].day) != 0;
    return nb;
}

static void write_conference(struct writer *w)
{
    const struct programme *p = w->programme;
    const int nb_days = count_days(w);
    AUTO_FREE char *acronym = p->name ? str_slug(p->name, NAME_BYTES) : NULL;
    xml_out_start(&w->xml, "conference");
    xml_out_element(&w->xml, "acronym", acronym);
    line_element(w, "title", p->name);
    if (p->place)
        line_element(w, "venue", p->place);
    if (p->begin)
        xml_out_element(&w->xml, "start", p->begin);
    if (p->end)
        xml_out_element(&w->xml, "end", p->end);
    if (nb_days) {
        AUTO_FREE char *days = mem_printf("%d", nb_days);
        xml_out_element(&w->xml, "days", days);
    }
    xml_out_end(&w->xml);
}

/* --- events ----------------------------------------------------------------------------------- */

static void write_link(struct writer *w, const struct export_file *f, const char *part)
{
    static const char *const kinds[] = {"Video recording", "Sound recording", "Picture",
                                        "Captions"};
    AUTO_FREE char *text =
        mem_printf("%s (%s)%s", kinds[f->kind], f->what ? f->what : f->type, part);
    xml_out_start(&w->xml, "link");
    xml_out_attribute(&w->xml, "href", f->url);
    xml_out_text(&w->xml, text);
    xml_out_end(&w->xml);
}

static void write_links(struct writer *w, const struct talk *t)
{
    const struct export_file *files, *first_video = NULL;
    const size_t nb = export_files_of(&files, w->files, w->nb_files, t->number, 0);
    xml_out_start(&w->xml, "links");
    for (size_t i = 0; i < nb; i++) {
        AUTO_FREE char *part =
            t->nb_parts > 1 ? mem_printf(", part %d", files[i].part) : mem_strdup("");
        if (!first_video && files[i].kind == EXPORT_VIDEO)
            first_video = &files[i];
        write_link(w, &files[i], part);
    }
    xml_out_end(&w->xml);
    xml_out_element(&w->xml, "attachments", NULL);
    if (first_video)
        xml_out_element(&w->xml, "video_download_url", first_video->url);
}

static void write_persons(struct writer *w, const struct talk *t)
{
    xml_out_start(&w->xml, "persons");
    for (size_t i = 0; i < t->nb_speakers; i++) {
        AUTO_FREE char *name = plain_text_escape(t->speakers[i]); /* read as text without tags */
        xml_out_element(&w->xml, "person", name);
    }
    xml_out_end(&w->xml);
}

/* Without an offset only the time of day: the date-time would be ambiguous. */
static void write_start(struct writer *w, const char *start_text)
{
    const char *clock = start_text ? strchr(start_text, 'T') : NULL;
    if (!clock)
        return;
    if (strlen(clock) > strlen("T00:00:00"))
        xml_out_element(&w->xml, "date", start_text);
    AUTO_FREE char *text = mem_printf("%.*s", strncmp(clock + 6, ":00", 3) == 0 ? 5 : 8, clock + 1);
    xml_out_element(&w->xml, "start", text);
}

/* The slot; else the listed time. */
static void write_duration(struct writer *w, const struct talk *t)
{
    const int seconds = t->parts[0].slot_s ? t->parts[0].slot_s : talk_listed_s(t);
    if (!seconds)
        return;
    AUTO_STR text = {0};
    str_addf(&text, "%02d:%02d", seconds / 3600, seconds / 60 % 60);
    if (seconds % 60)
        str_addf(&text, ":%02d", seconds % 60);
    xml_out_element(&w->xml, "duration", text.s);
}

/* The slug is the ref, unless that is the guid. */
static void write_event(struct writer *w, const struct talk *t)
{
    AUTO_FREE char *name = talk_file_name(t, 0), *own = mem_printf("talk-%d", t->number);
    AUTO_FREE char *guid = programme_ref_uuid(w->programme->name, t->ref ? t->ref : own);
    AUTO_FREE char *abstract = plain_text_escape(t->abstract);
    const bool ref_is_guid = !t->ref || strcmp(guid, t->ref) == 0;
    xml_out_start(&w->xml, "event");
    xml_out_attribute(&w->xml, "guid", guid);
    number_attribute(w, "id", t->number);
    write_start(w, t->start);
    write_duration(w, t);
    line_element(w, "room", t->room);
    line_element(w, "slug", ref_is_guid ? name : t->ref);
    if (t->url)
        line_element(w, "url", t->url);
    line_element(w, "title", t->title);
    xml_out_element(&w->xml, "subtitle", NULL);
    line_element(w, "track", t->section);
    xml_out_element(&w->xml, "type", NULL);
    line_element(w, "language", t->language);
    xml_out_element(&w->xml, "abstract", abstract);
    xml_out_element(&w->xml, "description", NULL);
    write_persons(w, t);
    write_links(w, t);
    xml_out_end(&w->xml);
}

/* --- days and rooms --------------------------------------------------------------------------- */

static void start_day(struct writer *w, const char *day, int index)
{
    xml_out_start(&w->xml, "day");
    if (day) {
        AUTO_FREE char *date = mem_printf("%.*s", DAY_BYTES, day);
        xml_out_attribute(&w->xml, "date", date);
    }
    number_attribute(w, "index", index);
}

static void start_room(struct writer *w, const char *room)
{
    AUTO_FREE char *name = plain_line_escape(room ? room : "");
    xml_out_start(&w->xml, "room");
    xml_out_attribute(&w->xml, "name", name);
}

static void write_days(struct writer *w)
{
    int nb_days = 0;
    for (size_t i = 0; i < w->nb_places; i++) {
        const struct place *p = &w->places[i], *last = i ? p - 1 : NULL;
        const bool new_day = !last || compare_days(last->day, p->day) != 0;
        const bool new_room = new_day || last->room != p->room;
        if (last && new_room)
            xml_out_end(&w->xml); /* the room */
        if (last && new_day)
            xml_out_end(&w->xml);
        if (new_day)
            /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): mem_grow() gives no NULL */
            start_day(w, p->day, ++nb_days);
        if (new_room)
            start_room(w, p->talk->room);
        write_event(w, p->talk);
    }
    if (w->nb_places) {
        xml_out_end(&w->xml);
        xml_out_end(&w->xml);
    }
}

static void write_schedule(struct writer *w)
{
    xml_out_start(&w->xml, "schedule");
    xml_out_start(&w->xml, "generator");
    xml_out_attribute(&w->xml, "name", "talkpress");
    xml_out_end(&w->xml);
    xml_out_element(&w->xml, "version", NULL);
    write_conference(w);
    write_days(w);
    xml_out_end(&w->xml);
}

int export_schedule_xml(char **out, const struct programme *programme,
                        const struct export_file *files, size_t nb_files, struct err *err)
{
    struct writer w = {.programme = programme, .files = files, .nb_files = nb_files};
    xml_out_open(&w.xml);
    place_talks(&w);
    write_schedule(&w);
    free(w.places);
    return xml_out_close(out, &w.xml, err);
}
