#include "shared_recording.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datetime.h"
#include "match.h"
#include "mem.h"
#include "programme.h"
#include "propose_cuts.h"
#include "str.h"

enum {
    LENGTH_UNKNOWN_S = 30 * 60, /* of a talk with neither slot nor listed time */
    FOLDERS_READ = 2,           /* above a file, whose names may contain a room's */
    SLUG_BYTES = 200,
};

/* A point in time, as UTC and as local time. */
struct instant {
    int64_t utc_s, local_s;
    bool has_offset; /* else utc_s is not known */
};

/* A talk with a start. */
struct slot {
    const struct talk *talk;
    struct datetime start;
    struct instant at;
    int64_t length_ms;
};

/* One interpretation of a recording's start. */
struct reading {
    enum shared_clock clock;
    struct instant at;
    int64_t earlier_ms; /* how long before at it began */
};

/* How many talks have a sure match with a recording. */
struct hold {
    size_t by_hand, by_itself;
};

struct search {
    const struct sharing_candidate *recordings;
    size_t nb_recordings;
    struct hold *held; /* of each recording */
    struct match_table *matches;
    struct slot *slots;
    size_t nb_slots;
    struct shared_recording *found;
    const char **rooms; /* of the timetable, without repetition */
    size_t nb_rooms;
    struct reading *readings; /* the chosen one of each recording */
    const char **room_of;     /* of each recording that is shared according to its clock */
};

const char *shared_clock_name(enum shared_clock clock)
{
    static const char *const names[] = {
        NULL,
        "as given",
        "its creation time",
        "its creation time, read as local time",
        "its creation time, read as when it ended",
        "its creation time, read as when it ended, local time",
    };
    return names[clock];
}

/* --- times ----------------------------------------------------------------------------------- */

static int64_t length_of(const struct talk *t)
{
    const int listed_s = talk_listed_s(t), slot_s = t->parts[0].slot_s;
    return 1000LL * (slot_s ? slot_s : listed_s ? listed_s : LENGTH_UNKNOWN_S);
}

static bool parse_instant(struct datetime *when, struct instant *at, const char *text)
{
    if (!text || !datetime_parse_iso(when, text) || !when->has_time)
        return false;
    struct datetime local = *when;
    local.has_offset = false;
    *at = (struct instant){datetime_unix_s(when), datetime_unix_s(&local), when->has_offset};
    return true;
}

/* The slot's start in the recording, in milliseconds. Compares UTC if both times have an offset,
 * else local time. */
static int64_t start_in(const struct reading *r, const struct slot *s)
{
    const int64_t apart_s = r->at.has_offset && s->at.has_offset ? s->at.utc_s - r->at.utc_s
                                                                 : s->at.local_s - r->at.local_s;
    return 1000 * apart_s + r->earlier_ms;
}

/* Whether at least half of the slot is in the recording. */
static bool lies_in(const struct reading *r, const struct slot *s, int64_t duration_ms)
{
    const int64_t start = start_in(r, s), end = start + s->length_ms;
    const int64_t from = start > 0 ? start : 0, to = end < duration_ms ? end : duration_ms;
    return 2 * (to - from) >= s->length_ms;
}

static size_t read_clock(struct reading readings[4], const struct sharing_candidate *r)
{
    struct datetime when;
    struct instant at;
    if (parse_instant(&when, &at, r->start)) {
        readings[0] = (struct reading){SHARED_GIVEN, at, 0};
        return 1;
    }
    if (r->start || !parse_instant(&when, &at, r->created))
        return 0;
    const struct instant local = {.local_s = at.local_s};
    readings[0] = (struct reading){SHARED_CREATED, at, 0};
    readings[1] = (struct reading){SHARED_CREATED_LOCAL, local, 0};
    readings[2] = (struct reading){SHARED_CREATED_END, at, r->duration_ms};
    readings[3] = (struct reading){SHARED_CREATED_LOCAL_END, local, r->duration_ms};
    return 4;
}

/* --- rooms ----------------------------------------------------------------------------------- */

static bool same_room(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

/* The length of the room's name if the path contains it as whole words; else 0. */
static size_t named_in(const char *path, const char *room)
{
    AUTO_FREE char *slug = str_slug(room, SLUG_BYTES), *wanted = mem_printf("-%s-", slug);
    return strstr(path, wanted) ? strlen(slug) : 0;
}

/* The names of the file and of the folders above it, as words. */
static char *path_words(const char *path)
{
    const char *p = path + strlen(path);
    for (int nb = 0; p > path && (p[-1] != '/' || nb++ < FOLDERS_READ);)
        p--;
    AUTO_FREE char *slug = str_slug(p, SLUG_BYTES);
    return mem_printf("-%s-", slug);
}

/* The room whose name is in the path, in full or up to a bracket: "K.1.105 (La Fontaine)". NULL:
 * none. */
static const char *room_of_path(const struct search *s, const char *path)
{
    AUTO_FREE char *words = path_words(path);
    const char *best = NULL;
    size_t longest = 0;
    for (size_t i = 0; i < s->nb_rooms; i++) {
        const char *room = s->rooms[i];
        AUTO_FREE char *before = mem_printf("%.*s", (int)strcspn(room, "(["), room);
        const size_t whole = named_in(words, room), part = *before ? named_in(words, before) : 0;
        const size_t length = whole > part ? whole : part;
        if (length > longest) {
            longest = length;
            best = room;
        }
    }
    return best;
}

/* --- the clock -------------------------------------------------------------------------------- */

static size_t count_slots(const struct search *s, const struct reading *r, int64_t duration_ms,
                          const char *room)
{
    size_t nb = 0;
    for (size_t i = 0; i < s->nb_slots; i++)
        nb += same_room(s->slots[i].talk->room, room) && lies_in(r, &s->slots[i], duration_ms);
    return nb;
}

/* The room with most talks in it, and the number of rooms with several. */
static const char *fullest_room(size_t *most, size_t *nb_rooms, const struct search *s,
                                const struct reading *r, int64_t duration_ms)
{
    const char *best = NULL;
    *most = *nb_rooms = 0;
    for (size_t i = 0; i <= s->nb_rooms; i++) {
        const char *room = i < s->nb_rooms ? s->rooms[i] : NULL; /* at last, talks without a room */
        const size_t nb = count_slots(s, r, duration_ms, room);
        *nb_rooms += nb > 1;
        if (nb > *most) {
            *most = nb;
            best = room;
        }
    }
    return best;
}

/* NULL: the talk has no start. */
static const struct slot *slot_of(const struct search *s, int talk)
{
    for (size_t i = 0; i < s->nb_slots; i++)
        if (s->slots[i].talk->number == talk)
            return &s->slots[i];
    return NULL;
}

/* Whether all talks that the user set to the recording are in it, as far as they have a start. */
static bool agrees(const struct search *s, size_t recording, const struct reading *r)
{
    for (size_t i = 0; i < s->matches->nb_rows; i++) {
        const struct match *m = &s->matches->rows[i];
        if (m->recording != (int)recording || !m->by_hand)
            continue;
        const struct slot *slot = slot_of(s, m->talk);
        if (slot && !lies_in(r, slot, s->recordings[recording].duration_ms))
            return false;
    }
    return true;
}

static void count_held(struct search *s)
{
    for (size_t i = 0; i < s->matches->nb_rows; i++) {
        const struct match *m = &s->matches->rows[i];
        if (m->recording < 0 || m->state != MATCH_SURE)
            continue;
        s->held[m->recording].by_hand += m->by_hand;
        s->held[m->recording].by_itself += !m->by_hand;
    }
}

/* The recording's room: as the user gave it, else that of a talk set to it, else from its path. */
static const char *room_known(const struct search *s, size_t recording)
{
    const struct sharing_candidate *r = &s->recordings[recording];
    if (r->room)
        return r->room;
    for (size_t i = 0; i < s->matches->nb_rows; i++) {
        const struct match *m = &s->matches->rows[i];
        const struct slot *slot =
            m->by_hand && m->recording == (int)recording ? slot_of(s, m->talk) : NULL;
        if (slot && slot->talk->room && *slot->talk->room)
            return slot->talk->room;
    }
    return room_of_path(s, r->path);
}

/* Chooses the reading with most talks of one room; the first of equals. Sets *nb_rooms to the
 * number of rooms with several talks, and *contradicted if a reading contradicts the user's
 * matches. */
static void choose_reading(size_t *nb_rooms, bool *contradicted, struct search *s, size_t recording)
{
    const struct sharing_candidate *r = &s->recordings[recording];
    struct reading readings[4];
    const size_t nb = r->duration_ms > 0 ? read_clock(readings, r) : 0;
    const char *known = nb ? room_known(s, recording) : NULL;
    size_t most = 1;
    for (size_t i = 0; i < nb; i++) {
        size_t talks, rooms = 1;
        const char *room = known;
        if (!agrees(s, recording, &readings[i])) {
            *contradicted = true;
            continue;
        }
        if (known)
            talks = count_slots(s, &readings[i], r->duration_ms, known);
        else
            room = fullest_room(&talks, &rooms, s, &readings[i], r->duration_ms);
        if (talks <= most)
            continue;
        most = talks;
        *nb_rooms = rooms;
        s->readings[recording] = readings[i];
        s->room_of[recording] = room;
        s->found[recording].clock = readings[i].clock;
    }
}

static void find_clock(struct search *s, size_t recording)
{
    const struct sharing_candidate *r = &s->recordings[recording];
    const struct hold hold = s->held[recording];
    struct shared_recording *out = &s->found[recording];
    size_t nb_rooms = 0;
    bool contradicted = false;
    choose_reading(&nb_rooms, &contradicted, s, recording);
    /* The recording of a single talk is not shared only because the camera was left on. */
    const bool own = hold.by_itself || (hold.by_hand == 1 && !r->divided);
    const bool by_hand = hold.by_hand > 1;
    out->shared = by_hand || (out->clock && nb_rooms == 1 && !own);
    if (by_hand && !out->clock && contradicted)
        out->note =
            mem_strdup("by its clock, a talk that was set to it is outside: its talks are cut "
                       "in order, without the clock");
    else if (!by_hand && !own && nb_rooms > 1)
        out->note = mem_printf("it may hold talks of %zu rooms: give its room with 'talkpress add "
                               "--room ROOM FILE'",
                               nb_rooms);
    else if (!by_hand && r->start && !out->clock)
        out->note =
            mem_strdup("by the given start, fewer than two slots of the timetable are in it: "
                       "correct the start with 'talkpress add --start'");
}

/* --- talks ----------------------------------------------------------------------------------- */

/* Whether the clock may match the talk: it has no better recording. */
static bool is_free(const struct search *s, const struct match *m)
{
    if (m->by_hand || m->state == MATCH_SURE)
        return false;
    return m->state == MATCH_NONE ||
           (s->found[m->recording].shared && s->found[m->recording].clock);
}

static bool holds(const struct search *s, size_t recording, const struct slot *slot)
{
    const struct shared_recording *f = &s->found[recording];
    return f->shared && f->clock && same_room(slot->talk->room, s->room_of[recording]) &&
           lies_in(&s->readings[recording], slot, s->recordings[recording].duration_ms);
}

static void set_match(const struct search *s, struct match *m, size_t recording,
                      const struct slot *slot)
{
    free(m->reason);
    free(m->suspicion);
    m->suspicion = NULL;
    for (size_t i = recording + 1; i < s->nb_recordings && !m->suspicion; i++)
        if (holds(s, i, slot))
            m->suspicion = mem_printf("'%s' was running at that time too",
                                      strrchr(s->recordings[i].path, '/')
                                          ? strrchr(s->recordings[i].path, '/') + 1
                                          : s->recordings[i].path);
    m->state = MATCH_UNCLEAR;
    m->recording = (int)recording;
    m->score = m->margin = 0;
    m->reason = mem_printf(
        "its slot at %02d:%02d is in the recording, by %s", slot->start.hour, slot->start.minute,
        s->found[recording].clock == SHARED_GIVEN ? "the given start"
                                                  : shared_clock_name(s->found[recording].clock));
}

static void match_by_clock(struct search *s)
{
    for (size_t i = 0; i < s->matches->nb_rows; i++) {
        struct match *m = &s->matches->rows[i];
        const struct slot *slot = slot_of(s, m->talk);
        for (size_t r = 0; slot && r < s->nb_recordings && is_free(s, m); r++)
            if (holds(s, r, slot)) {
                set_match(s, m, r, slot);
                break;
            }
    }
}

static int by_start(const void *a, const void *b)
{
    const struct shared_talk *x = a, *y = b;
    if (x->start_ms != y->start_ms)
        return x->start_ms < y->start_ms ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

/* Lists the recording's rows in order of time: by the clock, else in the order of the timetable or
 * the programme. */
static void list_talks(struct search *s, size_t recording)
{
    struct shared_recording *out = &s->found[recording];
    const struct slot *first = NULL;
    struct reading order = s->readings[recording];
    bool all = true;
    for (size_t i = 0; i < s->matches->nb_rows; i++) {
        struct match *m = &s->matches->rows[i];
        if (m->recording != (int)recording || (!m->by_hand && m->state == MATCH_SURE))
            continue;
        const struct slot *slot = slot_of(s, m->talk);
        if (!m->by_hand && (!slot || !out->clock || !holds(s, recording, slot)))
            continue;
        if (slot && !first) {
            first = slot;
            if (!out->clock)
                order = (struct reading){.at = slot->at};
        }
        all = all && slot;
        m->shared = true;
        out->talks = mem_grow(out->talks, out->nb_talks, sizeof *out->talks);
        out->talks[out->nb_talks++] = (struct shared_talk){i, slot ? start_in(&order, slot) : 0};
    }
    if (all && out->nb_talks)
        qsort(out->talks, out->nb_talks, sizeof *out->talks, by_start);
    for (size_t i = 0; i < out->nb_talks; i++)
        if (!all || !out->clock || s->matches->rows[out->talks[i].row].part > 1)
            out->talks[i].start_ms = CUT_UNKNOWN;
    if (!all)
        out->clock = SHARED_NO_CLOCK;
    if (out->clock && first) {
        struct datetime at = first->start;
        datetime_add_s(&at, -start_in(&s->readings[recording], first) / 1000);
        out->began = mem_printf("%04d-%02d-%02d %02d:%02d:%02d", at.year, at.month, at.day, at.hour,
                                at.minute, at.second);
    }
}

static void list_slots(struct search *s, const struct programme *p)
{
    for (size_t i = 0; i < p->nb_talks; i++) {
        const struct talk *t = &p->talks[i];
        struct slot slot = {.talk = t, .length_ms = length_of(t)};
        if (t->gone || !parse_instant(&slot.start, &slot.at, t->start))
            continue;
        s->slots[s->nb_slots++] = slot;
        bool known = !t->room || !*t->room;
        for (size_t k = 0; k < s->nb_rooms && !known; k++)
            known = same_room(s->rooms[k], t->room);
        if (!known)
            s->rooms[s->nb_rooms++] = t->room;
    }
}

void shared_recording_find(struct shared_recording *out, struct match_table *matches,
                           const struct programme *programme,
                           const struct sharing_candidate *recordings, size_t nb)
{
    AUTO_FREE struct slot *slots = mem_zalloc(programme->nb_talks + 1, sizeof *slots);
    AUTO_FREE const char **rooms = mem_zalloc(programme->nb_talks + 1, sizeof *rooms);
    AUTO_FREE struct hold *held = mem_zalloc(nb + 1, sizeof *held);
    AUTO_FREE struct reading *readings = mem_zalloc(nb + 1, sizeof *readings);
    AUTO_FREE const char **room_of = mem_zalloc(nb + 1, sizeof *room_of);
    struct search s = {.recordings = recordings,
                       .nb_recordings = nb,
                       .held = held,
                       .matches = matches,
                       .slots = slots,
                       .rooms = rooms,
                       .found = out,
                       .readings = readings,
                       .room_of = room_of};
    list_slots(&s, programme);
    count_held(&s);
    for (size_t i = 0; i < nb; i++) {
        out[i] = (struct shared_recording){0};
        find_clock(&s, i);
    }
    match_by_clock(&s);
    for (size_t i = 0; i < nb; i++)
        if (out[i].shared)
            list_talks(&s, i);
}

void shared_recording_finish(struct shared_recording *s)
{
    free(s->began);
    free(s->talks);
    free(s->note);
    *s = (struct shared_recording){0};
}
