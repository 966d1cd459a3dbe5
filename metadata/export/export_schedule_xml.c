#include "export.h"

#include <glib.h>
#include <libxml/chvalid.h>
#include <libxml/xmlwriter.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "export_files.h"
#include "mem.h"
#include "plain_text.h"
#include "programme.h"
#include "programme_refs.h"
#include "str.h"

enum { DAY_BYTES = 10, NAME_BYTES = 80 };

/* A talk and its place in the file. */
struct place {
    const struct talk *talk;
    const char *day; /* DAY_BYTES of it; NULL: not known */
    size_t room;     /* its position in the programme, from 1; 0: none */
    size_t index;
};

struct writer {
    xmlTextWriter *xml;
    const struct programme *programme;
    const struct export_file *files;
    size_t nb_files;
    struct place *places;
    size_t nb_places;
    bool failed; /* the writer ran out of memory */
};

/* --- the document's pieces -------------------------------------------------------------------- */

static void check(struct writer *w, int rc)
{
    w->failed |= rc < 0;
}

/* U+FFFD instead of characters that no document may contain, even escaped (XML 1.0, 2.2). A new
 * string. */
static char *xml_text(const char *text)
{
    AUTO_STR out = {0};
    for (uint32_t cp; (cp = str_next_utf8(&text));)
        str_add_utf8(&out, xmlIsCharQ(cp) ? cp : 0xfffd);
    return str_take(&out);
}

static void start(struct writer *w, const char *name)
{
    check(w, xmlTextWriterStartElement(w->xml, (const xmlChar *)name));
}

static void end(struct writer *w)
{
    check(w, xmlTextWriterEndElement(w->xml));
}

static void attribute(struct writer *w, const char *name, const char *value)
{
    AUTO_FREE char *text = xml_text(value);
    check(w, xmlTextWriterWriteAttribute(w->xml, (const xmlChar *)name, (const xmlChar *)text));
}

static void number_attribute(struct writer *w, const char *name, int value)
{
    AUTO_FREE char *text = mem_printf("%d", value);
    attribute(w, name, text);
}

static void content(struct writer *w, const char *text)
{
    AUTO_FREE char *clean = xml_text(text);
    if (*clean)
        check(w, xmlTextWriterWriteString(w->xml, (const xmlChar *)clean));
}

/* An element with a text; empty for NULL. */
static void element(struct writer *w, const char *name, const char *text)
{
    start(w, name);
    content(w, text ? text : "");
    end(w);
}

/* An element with a line that an importer made, so that importing it again gives the same. */
static void line_element(struct writer *w, const char *name, const char *line)
{
    AUTO_FREE char *text = plain_line_escape(line);
    element(w, name, text);
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
    start(w, "conference");
    element(w, "acronym", acronym);
    line_element(w, "title", p->name);
    if (p->place)
        line_element(w, "venue", p->place);
    if (p->begin)
        element(w, "start", p->begin);
    if (p->end)
        element(w, "end", p->end);
    if (nb_days) {
        AUTO_FREE char *days = mem_printf("%d", nb_days);
        element(w, "days", days);
    }
    end(w);
}

/* --- events ----------------------------------------------------------------------------------- */

static void write_link(struct writer *w, const struct export_file *f, const char *part)
{
    static const char *const kinds[] = {"Video recording", "Sound recording", "Picture",
                                        "Captions"};
    AUTO_FREE char *text =
        mem_printf("%s (%s)%s", kinds[f->kind], f->what ? f->what : f->type, part);
    start(w, "link");
    attribute(w, "href", f->url);
    content(w, text);
    end(w);
}

static void write_links(struct writer *w, const struct talk *t)
{
    const struct export_file *files, *first_video = NULL;
    const size_t nb = export_files_of(&files, w->files, w->nb_files, t->number, 0);
    start(w, "links");
    for (size_t i = 0; i < nb; i++) {
        AUTO_FREE char *part =
            t->nb_parts > 1 ? mem_printf(", part %d", files[i].part) : mem_strdup("");
        if (!first_video && files[i].kind == EXPORT_VIDEO)
            first_video = &files[i];
        write_link(w, &files[i], part);
    }
    end(w);
    element(w, "attachments", NULL);
    if (first_video)
        element(w, "video_download_url", first_video->url);
}

static void write_persons(struct writer *w, const struct talk *t)
{
    start(w, "persons");
    for (size_t i = 0; i < t->nb_speakers; i++) {
        AUTO_FREE char *name = plain_text_escape(t->speakers[i]); /* read as text without tags */
        element(w, "person", name);
    }
    end(w);
}

/* Without an offset only the time of day: the date-time would be ambiguous. */
static void write_start(struct writer *w, const char *start_text)
{
    const char *clock = start_text ? strchr(start_text, 'T') : NULL;
    if (!clock)
        return;
    if (strlen(clock) > strlen("T00:00:00"))
        element(w, "date", start_text);
    AUTO_FREE char *text = mem_printf("%.*s", strncmp(clock + 6, ":00", 3) == 0 ? 5 : 8, clock + 1);
    element(w, "start", text);
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
    element(w, "duration", text.s);
}

/* The slug is the ref, unless that is the guid. */
static void write_event(struct writer *w, const struct talk *t)
{
    AUTO_FREE char *name = talk_file_name(t, 0), *own = mem_printf("talk-%d", t->number);
    AUTO_FREE char *guid = programme_ref_uuid(w->programme->name, t->ref ? t->ref : own);
    AUTO_FREE char *abstract = plain_text_escape(t->abstract);
    const bool ref_is_guid = !t->ref || strcmp(guid, t->ref) == 0;
    start(w, "event");
    attribute(w, "guid", guid);
    number_attribute(w, "id", t->number);
    write_start(w, t->start);
    write_duration(w, t);
    line_element(w, "room", t->room);
    line_element(w, "slug", ref_is_guid ? name : t->ref);
    if (t->url)
        line_element(w, "url", t->url);
    line_element(w, "title", t->title);
    element(w, "subtitle", NULL);
    line_element(w, "track", t->section);
    element(w, "type", NULL);
    line_element(w, "language", t->language);
    element(w, "abstract", abstract);
    element(w, "description", NULL);
    write_persons(w, t);
    write_links(w, t);
    end(w);
}

/* --- days and rooms --------------------------------------------------------------------------- */

static void start_day(struct writer *w, const char *day, int index)
{
    start(w, "day");
    if (day) {
        AUTO_FREE char *date = mem_printf("%.*s", DAY_BYTES, day);
        attribute(w, "date", date);
    }
    number_attribute(w, "index", index);
}

static void start_room(struct writer *w, const char *room)
{
    AUTO_FREE char *name = plain_line_escape(room ? room : "");
    start(w, "room");
    attribute(w, "name", name);
}

static void write_days(struct writer *w)
{
    int nb_days = 0;
    for (size_t i = 0; i < w->nb_places; i++) {
        const struct place *p = &w->places[i], *last = i ? p - 1 : NULL;
        const bool new_day = !last || compare_days(last->day, p->day) != 0;
        const bool new_room = new_day || last->room != p->room;
        if (last && new_room)
            end(w); /* the room */
        if (last && new_day)
            end(w);
        if (new_day)
            /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): mem_grow() gives no NULL */
            start_day(w, p->day, ++nb_days);
        if (new_room)
            start_room(w, p->talk->room);
        write_event(w, p->talk);
    }
    if (w->nb_places) {
        end(w);
        end(w);
    }
}

static void write_schedule(struct writer *w)
{
    check(w, xmlTextWriterSetIndent(w->xml, 1));
    check(w, xmlTextWriterStartDocument(w->xml, "1.0", "UTF-8", NULL));
    start(w, "schedule");
    start(w, "generator");
    attribute(w, "name", "talkpress");
    end(w);
    element(w, "version", NULL);
    write_conference(w);
    write_days(w);
    end(w);
    check(w, xmlTextWriterEndDocument(w->xml));
}

int export_schedule_xml(char **out, const struct programme *programme,
                        const struct export_file *files, size_t nb_files, struct err *err)
{
    xmlBuffer *buffer = xmlBufferCreate();
    struct writer w = {.programme = programme, .files = files, .nb_files = nb_files};
    w.xml = buffer ? xmlNewTextWriterMemory(buffer, 0) : NULL;
    w.failed = !w.xml;
    if (w.xml) {
        place_talks(&w);
        write_schedule(&w);
        xmlFreeTextWriter(w.xml);
    }
    if (!w.failed)
        *out = mem_strdup((const char *)xmlBufferContent(buffer));
    free(w.places);
    xmlBufferFree(buffer);
    return w.failed ? err_set(err, ERR_NOMEM, "no memory for the schedule as XML") : 0;
}
