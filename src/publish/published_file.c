#include "published_file.h"

#include <string.h>

#include "str.h"

enum stage published_stage(const char *name)
{
    return strstr(name, ".storyboard-") ? STAGE_STORYBOARD
           : str_ends(name, ".jpg")     ? STAGE_POSTER
           : str_ends(name, ".vtt")     ? STAGE_CAPTIONS
                                        : STAGE_ASSEMBLE;
}
