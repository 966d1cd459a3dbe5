#include "programme.h"

#include <stdarg.h>
#include <stdlib.h>

#include "clock.h"
#include "mem.h"
#include "str.h"

enum { FILE_NAME_BYTES = 80 };

static void talk_finish(struct talk *talk)
{
    free(talk->ref);
    free(talk->shared_ref);
    free(talk->identity);
    free(talk->title);
    mem_free_strings(talk->speakers, talk->nb_speakers);
    free(talk->section);
    free(talk->room);
    free(talk->start);
    free(talk->language);
    free(talk->url);
    free(talk->abstract);
    free(talk->parts);
}

void programme_finish(struct programme *p)
{
    free(p->id);
    free(p->name);
    free(p->place);
    free(p->begin);
    free(p->end);
    for (size_t i = 0; i < p->nb_talks; i++)
        talk_finish(&p->talks[i]);
    free(p->talks);
    mem_free_strings(p->notes, p->nb_notes);
    *p = (struct programme){0};
}

struct talk *programme_add_talk(struct programme *p, int number)
{
    p->talks = mem_grow(p->talks, p->nb_talks, sizeof *p->talks);
    struct talk *talk = &p->talks[p->nb_talks++];
    *talk = (struct talk){.number = number};
    return talk;
}

void talk_add_speaker(struct talk *talk, const char *name)
{
    AUTO_FREE char *clean = str_clean(name);
    if (*clean)
        mem_add_string(&talk->speakers, &talk->nb_speakers, clean);
}

struct part *talk_add_part(struct talk *talk, int listed_s)
{
    talk->parts = mem_grow(talk->parts, talk->nb_parts, sizeof *talk->parts);
    struct part *part = &talk->parts[talk->nb_parts++];
    *part = (struct part){.number = (int)talk->nb_parts, .listed_s = listed_s};
    return part;
}

void programme_note(struct programme *p, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    p->notes = mem_grow(p->notes, p->nb_notes, sizeof *p->notes);
    p->notes[p->nb_notes++] = mem_vprintf(format, args);
    va_end(args);
}

struct talk *programme_find(const struct programme *p, int number)
{
    /* Most programmes count from 1, in order. */
    const size_t likely = (size_t)number - 1;
    if (number > 0 && likely < p->nb_talks && p->talks[likely].number == number)
        return &p->talks[likely];
    for (size_t i = 0; i < p->nb_talks; i++)
        if (p->talks[i].number == number)
            return &p->talks[i];
    return NULL;
}

struct part *talk_part(const struct talk *talk, int number)
{
    for (size_t i = 0; i < talk->nb_parts; i++)
        if (talk->parts[i].number == number)
            return &talk->parts[i];
    return NULL;
}

char *talk_speakers(const struct talk *talk)
{
    AUTO_STR names = {0};
    for (size_t i = 0; i < talk->nb_speakers; i++)
        str_addf(&names, "%s%s", i ? ", " : "", talk->speakers[i]);
    return str_take(&names);
}

char *talk_times(const struct talk *talk)
{
    AUTO_STR s = {0};
    for (size_t i = 0; i < talk->nb_parts; i++) {
        const struct part *part = &talk->parts[i];
        const int seconds = part->listed_s ? part->listed_s : part->slot_s;
        char buf[CLOCK_BYTES];
        str_addf(&s, "%s%s%s", i ? " / " : "", part->listed_s || !part->slot_s ? "" : "slot ",
                 seconds ? clock_format_ms(buf, (int64_t)seconds * 1000, false) : "-");
    }
    return str_take(&s);
}

int talk_listed_s(const struct talk *talk)
{
    int sum = 0;
    for (size_t i = 0; i < talk->nb_parts; i++) {
        if (!talk->parts[i].listed_s)
            return 0;
        sum += talk->parts[i].listed_s;
    }
    return sum;
}

char *talk_file_name(const struct talk *talk, int part)
{
    AUTO_FREE char *slug = str_slug(talk->title, FILE_NAME_BYTES);
    return talk->nb_parts > 1 && part ? mem_printf("%02d-%s-part-%d", talk->number, slug, part)
                                      : mem_printf("%02d-%s", talk->number, slug);
}
