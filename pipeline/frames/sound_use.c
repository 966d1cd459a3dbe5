#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reader.h"

static const char *const use_names[SOUND_NB_USES] = {"both", "left", "right", "invert"};

const char *sound_use_format(char buf[SOUND_USE_BYTES], enum sound_use use, int pair)
{
    const unsigned left = (unsigned)(2 * pair - 1) % 100, right = left + 1;
    _Static_assert(SOUND_MAX_CHANNELS < 100, "two digits each");
    if (!pair)
        snprintf(buf, SOUND_USE_BYTES, "%s", use_names[use]);
    else if (use == SOUND_LEFT || use == SOUND_RIGHT)
        snprintf(buf, SOUND_USE_BYTES, "%u", use == SOUND_LEFT ? left : right);
    else
        snprintf(buf, SOUND_USE_BYTES, "%u%c%u", left, use == SOUND_BOTH ? '+' : '-', right);
    return buf;
}

static bool parse_pair(enum sound_use *out, int *pair, const char *text)
{
    char *end;
    if (!isdigit((unsigned char)*text))
        return false;
    const long first = strtol(text, &end, 10);
    if (first < 1 || first > SOUND_MAX_CHANNELS)
        return false;
    *pair = (int)(first + 1) / 2;
    *out = first % 2 ? SOUND_LEFT : SOUND_RIGHT;
    if (!*end)
        return true;
    if (first % 2 == 0 || (*end != '+' && *end != '-') || !isdigit((unsigned char)end[1]))
        return false;
    *out = *end == '+' ? SOUND_BOTH : SOUND_INVERT;
    return strtol(end + 1, &end, 10) == first + 1 && !*end;
}

bool sound_use_parse(enum sound_use *out, int *pair, const char *text)
{
    *pair = 0;
    for (int i = 0; i < SOUND_NB_USES; i++)
        if (strcmp(use_names[i], text) == 0) {
            *out = (enum sound_use)i;
            return true;
        }
    return parse_pair(out, pair, text);
}
