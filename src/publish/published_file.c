#include "published_file.h"

#include "str.h"

enum stage published_stage(const char *name)
{
    return str_ends(name, ".jpg")   ? STAGE_POSTER
           : str_ends(name, ".vtt") ? STAGE_CAPTIONS
                                    : STAGE_ASSEMBLE;
}
