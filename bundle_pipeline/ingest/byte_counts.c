/* One look at each byte of a text, see byte_scans.py.
 *
 * 32 bytes at a time with the compiler's vectors, which it turns into the instructions of the
 * machine that it compiles for.
 */
#include <stdint.h>
#include <string.h>

#ifndef SOURCE
#define SOURCE ""
#endif

#if defined(_WIN32)
#define EXPORTED __declspec(dllexport)
#else
#define EXPORTED __attribute__((visibility("default")))
#endif

typedef uint8_t lanes __attribute__((vector_size(32)));

enum {
    WIDTH = sizeof(lanes),
    /* As many vectors as a count of a byte each can add up. */
    PIECE = 255 * WIDTH,
};

struct scan {
    int64_t newlines;
    int64_t delimiters;
    int64_t controls; /* below a space, newlines and delimiters among them */
    int64_t longest_line; /* bytes, without the newline; exact if longer than a piece */
    uint8_t has_outer_spaces; /* beside a delimiter, a quote, a newline or an end */
    uint8_t has_high_bytes; /* above 127 */
    uint8_t has_apostrophes;
    uint8_t has_pluses;
};

static lanes loaded(const uint8_t *bytes)
{
    lanes found;
    memcpy(&found, bytes, WIDTH);
    return found;
}

static int64_t sum(lanes counts)
{
    int64_t total = 0;
    for (int lane = 0; lane < WIDTH; lane++)
        total += counts[lane];
    return total;
}

static int any(lanes flags)
{
    return sum(flags & 1) > 0;
}

static lanes is_border(lanes bytes, uint8_t delimiter)
{
    return (lanes)(bytes == '\n') | (lanes)(bytes == '"') | (lanes)(bytes == delimiter);
}

/* Whole vectors, at most PIECE bytes; a byte behind the last one is looked at too. */
static void scan_piece(const uint8_t *bytes, int64_t length, uint8_t delimiter, struct scan *seen)
{
    lanes newlines = {0}, delimiters = {0}, controls = {0};
    lanes outer = {0}, high = {0}, apostrophes = {0}, pluses = {0};
    for (int64_t at = 0; at < length; at += WIDTH) {
        lanes here = loaded(bytes + at), next = loaded(bytes + at + 1);
        /* True is -1. */
        newlines -= (lanes)(here == '\n');
        delimiters -= (lanes)(here == delimiter);
        controls -= (lanes)(here < ' ');
        high |= here >> 7;
        apostrophes |= (lanes)(here == '\'');
        pluses |= (lanes)(here == '+');
        outer |= (lanes)(here == ' ') & is_border(next, delimiter);
        outer |= (lanes)(next == ' ') & is_border(here, delimiter);
    }
    seen->newlines += sum(newlines);
    seen->delimiters += sum(delimiters);
    seen->controls += sum(controls);
    seen->has_outer_spaces |= any(outer);
    seen->has_high_bytes |= any(high);
    seen->has_apostrophes |= any(apostrophes);
    seen->has_pluses |= any(pluses);
}

/* Length of the line that is open at the end of a piece; `open` is that at its start. The longest
 * so far is noted, of lines longer than a piece. */
static int64_t still_open(const uint8_t *piece, int64_t length, int64_t open, int64_t *longest)
{
    const uint8_t *newline = memchr(piece, '\n', (size_t)length);
    int64_t line = open + (newline ? newline - piece : length), rest = 0;
    *longest = line > *longest ? line : *longest;
    if (!newline)
        return line;
    while (piece[length - 1 - rest] != '\n')
        rest++;
    return rest;
}

EXPORTED const char *scan_source(void)
{
    return SOURCE;
}

EXPORTED void scan_bytes(const uint8_t *bytes, int64_t length, uint8_t delimiter, struct scan *seen)
{
    int64_t open = 0, start = 0;
    memset(seen, 0, sizeof *seen);
    if (!length)
        return;
    seen->has_outer_spaces = bytes[0] == ' ' || bytes[length - 1] == ' ';
    while (start < length) {
        const uint8_t *piece = bytes + start;
        int64_t here = length - start < PIECE ? length - start : PIECE;
        /* The last vector of the text is copied to where bytes may be read behind it; they are of
         * no kind that is counted. */
        int64_t whole = here == PIECE && start + PIECE < length ? PIECE : (here - 1) / WIDTH * WIDTH;
        scan_piece(piece, whole, delimiter, seen);
        if (whole < here) {
            uint8_t tail[2 * WIDTH];
            memset(tail, 'a', sizeof tail);
            memcpy(tail, piece + whole, (size_t)(here - whole));
            scan_piece(tail, WIDTH, delimiter, seen);
        }
        open = still_open(piece, here, open, &seen->longest_line);
        start += here;
    }
}
