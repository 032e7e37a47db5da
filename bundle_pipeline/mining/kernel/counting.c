/* Exact counting of itemsets, and shuffled baskets to count them in.
 *
 * A shop's baskets stand one after the other in one array of codes; the last code of a basket has
 * the bit LAST. kernel_append makes it from (basket, item) lines; kernel_prune replaces items by
 * ranks (0 is the rarest that is frequent), leaves the infrequent out and sorts each basket;
 * kernel_post lists for each rank where it stands (its postings).
 *
 * kernel_rows then counts, for each item, the items after it in its baskets: one row of the sparse
 * product of baskets by items with itself, complete and thresholded when its postings are walked.
 * Itemsets of three and more are found the same way within the item's baskets, narrowed to its
 * frequent partners: every subset of a frequent itemset is frequent, so nothing is missed.
 *
 * kernel_tally looks given itemsets up: how many baskets of each label hold them, and how many
 * customers are behind them. kernel_sum_lines does so for single items.
 *
 * kernel_swap shuffles: what is counted in baskets that it went over is chance.
 *
 * Nothing is allocated here. The caller gives all memory; where it falls short, the item is undone
 * and what it needs is reported. No global state: calls on different struct miner run in parallel.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

#define LAST 0x80000000u
#define CODE(entry) ((entry) & ~LAST)
#define NO_RANK 0xffffffffu
#define MAX_SIZE 16
/* Postings that are fetched ahead. Their baskets lie anywhere in memory, and what follows in one
 * mostly spans two cache lines. On 36 M lines, counting pairs takes 0.8 s with both, 2.4 s with the
 * first alone and 4.5 s without; 8 to 16 postings ahead are alike. */
#define AHEAD 16
#define CODES_PER_CACHE_LINE 16
/* Items of which all pairs get a counter: 2 MB, which stays in a core's cache. */
#define MAX_TRIANGLE_ITEMS 1024

/* Which code the binary was made from: the loader refuses any other. */
EXPORT const char *kernel_source(void) { return SOURCE; }

/* ------------------------------------------------------------------ lines to a stream of codes */

struct stream {
    uint32_t *codes;     /* room for all lines */
    uint32_t *seen;      /* per item: number of the last basket that held it, from 1 */
    uint64_t *count;     /* per item: baskets that hold it */
    int64_t item_count;  /* items: codes are below it */
    int64_t length;      /* codes so far */
    int64_t baskets;     /* baskets so far */
    int64_t last_basket; /* as the caller names it; meaningless while there are none */
};

enum append_status { APPENDED = 0, NOT_SORTED = 1, UNKNOWN_ITEM = 2 };

/* Add lines, sorted by basket; a basket may go on where the lines before ended. Repeats of an item
 * in its basket are dropped. Returns 0, or what is wrong with line *at. */
EXPORT int kernel_append(struct stream *s, const int64_t *basket, const uint32_t *item, int64_t n,
                         int64_t *at) {
    for (int64_t i = 0; i < n; i++) {
        if (s->baskets == 0 || basket[i] != s->last_basket) {
            if (s->baskets > 0) {
                if (basket[i] < s->last_basket) {
                    *at = i;
                    return NOT_SORTED;
                }
                s->codes[s->length - 1] |= LAST;
            }
            s->last_basket = basket[i];
            s->baskets++;
        }
        if (item[i] >= s->item_count) {
            *at = i;
            return UNKNOWN_ITEM;
        }
        if (s->seen[item[i]] == (uint32_t)s->baskets) continue;
        s->seen[item[i]] = (uint32_t)s->baskets;
        s->count[item[i]]++;
        s->codes[s->length++] = item[i];
    }
    return APPENDED;
}

EXPORT void kernel_close(struct stream *s) {
    if (s->length > 0) s->codes[s->length - 1] |= LAST;
}

/* First position at or after the given one where a basket starts. */
EXPORT int64_t kernel_basket_start(const uint32_t *codes, int64_t position, int64_t length) {
    while (position > 0 && position < length && !(codes[position - 1] & LAST)) position++;
    return position;
}

/* ------------------------------------------------------------------------- pruning and postings */

static void sift_down(uint32_t *a, int64_t root, int64_t n) {
    for (int64_t child; (child = 2 * root + 1) < n; root = child) {
        if (child + 1 < n && a[child + 1] > a[child]) child++;
        if (a[root] >= a[child]) return;
        uint32_t swapped = a[root];
        a[root] = a[child];
        a[child] = swapped;
    }
}

static void sort(uint32_t *a, int64_t n) {
    if (n > 48) { /* heap sort: no order is large enough to be quadratic */
        for (int64_t root = n / 2 - 1; root >= 0; root--) sift_down(a, root, n);
        for (int64_t end = n - 1; end > 0; end--) {
            uint32_t largest = a[0];
            a[0] = a[end];
            a[end] = largest;
            sift_down(a, 0, end);
        }
        return;
    }
    for (int64_t i = 1; i < n; i++) {
        uint32_t moved = a[i];
        int64_t j = i;
        for (; j > 0 && a[j - 1] > moved; j--) a[j] = a[j - 1];
        a[j] = moved;
    }
}

/* Rewrite whole baskets in place: items to ranks, ascending; items without a rank are dropped, then
 * baskets of fewer than two. Counts what stays per rank. Returns the end of what stays. */
EXPORT int64_t kernel_prune(uint32_t *codes, int64_t first, int64_t last, const uint32_t *rank,
                            uint64_t *kept) {
    int64_t end = first, start = first;
    for (int64_t i = first; i < last; i++) {
        uint32_t entry = codes[i], ranked = rank[CODE(entry)];
        if (ranked != NO_RANK) codes[end++] = ranked;
        if (!(entry & LAST)) continue;
        if (end - start < 2) {
            end = start;
            continue;
        }
        sort(codes + start, end - start);
        for (int64_t j = start; j < end; j++) kept[codes[j]]++;
        codes[end - 1] |= LAST;
        start = end;
    }
    return end;
}

/* Write where the ranks first_rank up to last_rank stand. next[rank - first_rank] is where the
 * rank's next posting goes. */
EXPORT void kernel_post(const uint32_t *codes, int64_t first, int64_t last, uint32_t first_rank,
                        uint32_t last_rank, uint64_t *next, uint32_t *postings) {
    for (int64_t i = first; i < last; i++) {
        uint32_t ranked = CODE(codes[i]);
        if (ranked >= first_rank && ranked < last_rank)
            postings[next[ranked - first_rank]++] = (uint32_t)i;
    }
}

/* ------------------------------------------------------------------------------------- counting */

static inline void fetch(const uint32_t *codes) {
    __builtin_prefetch(codes);
    __builtin_prefetch(codes + CODES_PER_CACHE_LINE - 1);
}

struct database {
    const uint32_t *codes;    /* baskets of ranks, ascending within a basket */
    const uint32_t *postings; /* per rank from first_rank: where it stands */
    const uint64_t *start;    /* per rank from first_rank, and one more: first posting */
    uint32_t first_rank;
    uint32_t item_count;
    const uint32_t *name;  /* per rank: the caller's code */
    uint32_t *accumulator; /* per rank, 0 between rows */
    uint32_t *partner;     /* room for item_count */
};

struct miner {
    struct database top;
    uint32_t min_count;
    uint32_t max_size;             /* largest itemset, 2 to MAX_SIZE */
    unsigned char *scratch;        /* aligned to 8 */
    int64_t scratch_size;
    int64_t scratch_missing;       /* out: bytes that an item lacked at least */
    uint32_t *out[MAX_SIZE + 1];   /* per size: itemsets, size codes ascending and a count each */
    int64_t capacity[MAX_SIZE + 1]; /* itemsets */
    int64_t used[MAX_SIZE + 1];
    int64_t missing[MAX_SIZE + 1]; /* out: itemsets that an item lacked room for */
    int64_t missing_count;         /* out: of all sizes */
    int64_t most_missing;          /* an item that lacks room for more is given up */
    uint32_t prefix[MAX_SIZE];
};

static void emit(struct miner *m, uint32_t depth, uint32_t a, uint32_t b, uint32_t count) {
    uint32_t size = depth + 2;
    if (m->used[size] == m->capacity[size]) {
        m->missing[size]++;
        m->missing_count++;
        return;
    }
    uint32_t *to = m->out[size] + m->used[size]++ * (size + 1);
    to[0] = a < b ? a : b;
    to[1] = a < b ? b : a;
    for (uint32_t i = 0; i < depth; i++) {
        uint32_t code = m->prefix[i], j = i + 2;
        for (; j > 0 && to[j - 1] > code; j--) to[j] = to[j - 1];
        to[j] = code;
    }
    to[size] = count;
}

/* Memory of one item's database, given back all at once. */
struct arena {
    unsigned char *next;
    unsigned char *end;
};

static void *taken(struct miner *m, struct arena *arena, int64_t bytes) {
    bytes = (bytes + 7) & ~(int64_t)7;
    if (bytes > arena->end - arena->next) {
        int64_t missing = bytes - (arena->end - arena->next);
        if (missing > m->scratch_missing) m->scratch_missing = missing;
        return NULL;
    }
    void *memory = arena->next;
    arena->next += bytes;
    return memory;
}

/* Baskets around one item, narrowed to its partners. */
struct narrowed {
    uint32_t *codes;
    int64_t length;
    uint64_t pairs; /* pairs in all of them */
};

/* Where accumulator[rank] is a partner's place + 1, collect the partners in the item's baskets:
 * those after the item, or in whole baskets. Baskets with fewer than two of them are dropped. */
static int narrow(struct miner *m, struct arena *arena, const struct database *d, uint32_t item,
                  int whole, struct narrowed *to) {
    const uint32_t *post = d->postings + d->start[item - d->first_rank];
    const uint32_t *end = d->postings + d->start[item - d->first_rank + 1];
    const uint32_t *place = d->accumulator;
    uint32_t *codes = (uint32_t *)arena->next;
    int64_t room = (arena->end - arena->next) / (int64_t)sizeof *codes, length = 0;
    uint64_t pairs = 0;
    for (; post < end; post++) {
        if (post + AHEAD < end) fetch(d->codes + post[AHEAD]);
        int64_t i = (int64_t)*post, start = length;
        if (whole)
            while (i > 0 && !(d->codes[i - 1] & LAST)) i--;
        else if (d->codes[i++] & LAST)
            continue;
        for (;; i++) {
            uint32_t found = place[CODE(d->codes[i])];
            if (found) {
                if (length == room) {
                    /* How much more is not known yet: ask for twice as much. */
                    m->scratch_missing = m->scratch_size;
                    return 0;
                }
                codes[length++] = found - 1;
            }
            if (d->codes[i] & LAST) break;
        }
        uint64_t held = (uint64_t)(length - start);
        if (held < 2) {
            length = start;
            continue;
        }
        codes[length - 1] |= LAST;
        pairs += held * (held - 1) / 2;
    }
    *to = (struct narrowed){codes, length, pairs};
    return taken(m, arena, length * (int64_t)sizeof *codes) != NULL;
}

/* All pairs of few items, with a counter for each. */
static void count_triangle(struct miner *m, uint32_t *counter, const struct narrowed *from,
                           const uint32_t *name, uint32_t item_count, uint32_t depth) {
    int64_t n = item_count;
    memset(counter, 0, (size_t)(n * (n - 1) / 2) * sizeof *counter);
    for (int64_t i = 0; i < from->length; i++) {
        if (from->codes[i] & LAST) continue;
        int64_t a = from->codes[i];
        uint32_t *row = counter + (a * (2 * n - a - 3) / 2 - 1); /* row[b] counts (a, b) */
        for (int64_t j = i + 1;; j++) {
            row[CODE(from->codes[j])]++;
            if (from->codes[j] & LAST) break;
        }
    }
    for (uint32_t a = 0; a < item_count; a++)
        for (uint32_t b = a + 1; b < item_count; b++, counter++)
            if (*counter >= m->min_count) emit(m, depth, name[a], name[b], *counter);
}

static void mine_item(struct miner *m, struct arena arena, const struct database *d, uint32_t item,
                      uint32_t depth);

/* Itemsets within narrowed baskets, on top of the first `depth` codes of the prefix. */
static void mine_narrowed(struct miner *m, struct arena arena, const struct narrowed *from,
                          const uint32_t *name, uint32_t item_count, uint32_t depth) {
    int64_t n = item_count, counters = n * (n - 1) / 2;
    if (from->length == 0) return;
    if (depth + 2 == m->max_size && n <= MAX_TRIANGLE_ITEMS &&
        (uint64_t)counters <= 8 * from->pairs + 64) {
        uint32_t *counter = taken(m, &arena, counters * (int64_t)sizeof *counter);
        if (counter) count_triangle(m, counter, from, name, item_count, depth);
        return;
    }
    uint64_t *start = taken(m, &arena, (n + 2) * (int64_t)sizeof *start);
    uint32_t *postings = taken(m, &arena, from->length * (int64_t)sizeof *postings);
    uint32_t *accumulator = taken(m, &arena, n * (int64_t)sizeof *accumulator);
    uint32_t *partner = taken(m, &arena, n * (int64_t)sizeof *partner);
    if (!start || !postings || !accumulator || !partner) return;
    /* start[rank + 2] counts, start[rank + 1] then moves from the rank's first posting to the one
     * after its last, which is where the next rank's are: start[rank] is then its first. */
    memset(start, 0, (size_t)(n + 2) * sizeof *start);
    memset(accumulator, 0, (size_t)n * sizeof *accumulator);
    for (int64_t i = 0; i < from->length; i++) start[CODE(from->codes[i]) + 2]++;
    for (int64_t i = 2; i < n + 2; i++) start[i] += start[i - 1];
    kernel_post(from->codes, 0, from->length, 0, item_count, start + 1, postings);
    struct database inner = {from->codes, postings, start,       0,
                             item_count,  name,     accumulator, partner};
    for (uint32_t item = 0; item < item_count; item++) mine_item(m, arena, &inner, item, depth);
}

/* One row: frequent pairs of the item with the items after it, and what is within them. */
static void mine_item(struct miner *m, struct arena arena, const struct database *d, uint32_t item,
                      uint32_t depth) {
    const uint32_t *post = d->postings + d->start[item - d->first_rank];
    const uint32_t *end = d->postings + d->start[item - d->first_rank + 1];
    uint32_t *count = d->accumulator, *partner = d->partner, partners = 0;
    uint64_t walked = 0;
    if ((uint64_t)(end - post) < m->min_count || m->missing_count > m->most_missing) return;
    for (const uint32_t *p = post; p < end; p++) {
        if (p + AHEAD < end) fetch(d->codes + p[AHEAD]);
        const uint32_t *code = d->codes + *p;
        const uint32_t *first = code;
        while (!(*code & LAST)) count[CODE(*++code)]++;
        walked += (uint64_t)(code - first);
    }
    int goes_on = depth + 2 < m->max_size;
    if (walked >= (d->item_count - item) / 4) {
        for (uint32_t other = item + 1; other < d->item_count; other++)
            if (count[other] >= m->min_count) {
                emit(m, depth, d->name[item], d->name[other], count[other]);
                partner[partners++] = other;
            }
        memset(count + item, 0, (size_t)(d->item_count - item) * sizeof *count);
    } else {
        for (const uint32_t *p = post; p < end; p++) {
            const uint32_t *code = d->codes + *p;
            while (!(*code & LAST)) {
                uint32_t other = CODE(*++code);
                if (count[other] >= m->min_count) {
                    emit(m, depth, d->name[item], d->name[other], count[other]);
                    partner[partners++] = other;
                }
                count[other] = 0;
            }
        }
        if (goes_on) sort(partner, partners);
    }
    if (!goes_on || partners < 2) return;
    struct narrowed inner;
    uint32_t *name = taken(m, &arena, partners * (int64_t)sizeof *name);
    if (!name) return;
    for (uint32_t i = 0; i < partners; i++) {
        name[i] = d->name[partner[i]];
        count[partner[i]] = i + 1;
    }
    int fits = narrow(m, &arena, d, item, 0, &inner);
    for (uint32_t i = 0; i < partners; i++) count[partner[i]] = 0;
    m->prefix[depth] = d->name[item];
    if (fits) mine_narrowed(m, arena, &inner, name, partners, depth + 1);
}

static struct arena whole_scratch(struct miner *m) {
    m->scratch_missing = 0;
    m->missing_count = 0;
    memset(m->missing, 0, sizeof m->missing);
    return (struct arena){m->scratch, m->scratch + m->scratch_size};
}

/* Take an item back if anything fell short; whether it did. */
static int undone(struct miner *m, const int64_t *used_before) {
    int short_of = m->scratch_missing > 0 || m->missing_count > 0;
    if (short_of) memcpy(m->used, used_before, sizeof m->used);
    return short_of;
}

/* Itemsets whose rarest item is first_item up to last_item. Returns the item that memory fell short
 * for (undone, with what it lacked in m), or last_item. */
EXPORT uint32_t kernel_rows(struct miner *m, uint32_t first_item, uint32_t last_item) {
    for (uint32_t item = first_item; item < last_item; item++) {
        int64_t used_before[MAX_SIZE + 1];
        memcpy(used_before, m->used, sizeof used_before);
        mine_item(m, whole_scratch(m), &m->top, item, 0);
        if (undone(m, used_before)) return item;
    }
    return last_item;
}

/* Triples that hold an item and two of the partners that it is given (ascending ranks), wherever
 * they stand in its baskets. Returns as kernel_rows. */
EXPORT uint32_t kernel_around(struct miner *m, uint32_t first_item, uint32_t last_item,
                              const uint64_t *partner_start, const uint32_t *partner) {
    for (uint32_t item = first_item; item < last_item; item++) {
        const uint32_t *given = partner + partner_start[item];
        uint32_t partners = (uint32_t)(partner_start[item + 1] - partner_start[item]);
        if (partners < 2) continue;
        int64_t used_before[MAX_SIZE + 1];
        memcpy(used_before, m->used, sizeof used_before);
        struct arena arena = whole_scratch(m);
        struct narrowed inner;
        int fits = 0;
        uint32_t *name = taken(m, &arena, partners * (int64_t)sizeof *name);
        if (name) {
            for (uint32_t i = 0; i < partners; i++) {
                name[i] = m->top.name[given[i]];
                m->top.accumulator[given[i]] = i + 1;
            }
            fits = narrow(m, &arena, &m->top, item, 1, &inner);
            for (uint32_t i = 0; i < partners; i++) m->top.accumulator[given[i]] = 0;
        }
        m->prefix[0] = m->top.name[item];
        if (fits) mine_narrowed(m, arena, &inner, name, partners, 1);
        if (undone(m, used_before)) return item;
    }
    return last_item;
}

/* ------------------------------------------------------------------------------------- tallying */

/* A basket whose codes, ascending, stay where they are. */
struct basket {
    uint32_t start; /* its first code */
    uint32_t size;
    uint32_t customer; /* NOBODY where not known */
    uint32_t label;
};

#define NOBODY 0xffffffffu

/* What is kept of an itemset, in words: customers so far and the last of them, then for each label
 * the baskets that hold it, and the places beside two items in those. Sums over baskets are at most
 * the number of lines, which fits. */
enum cell { CUSTOMERS, LAST_CUSTOMER, LABELS };

/* Write labelled baskets by customer, those of nobody first; next[customer + 1] is where the
 * customer's next basket goes. Baskets of a negative label are left out. */
EXPORT void kernel_by_customer(const int64_t *start, const int32_t *customer, const int64_t *label,
                               int64_t baskets, uint64_t *next, struct basket *to) {
    for (int64_t i = 0; i < baskets; i++) {
        if (label[i] < 0) continue;
        to[next[customer[i] + 1]++] =
            (struct basket){(uint32_t)start[i], (uint32_t)(start[i + 1] - start[i]),
                            (uint32_t)customer[i], (uint32_t)label[i]};
    }
}

struct tally {
    const uint32_t *codes;        /* of all baskets, as the caller names items */
    const struct basket *baskets; /* those of a customer beside each other, those of nobody first */
    const uint32_t *itemsets;     /* `size` ascending codes each, in ascending order, distinct */
    const uint64_t *row;          /* per item, and one more: the first itemset that it begins */
    const uint8_t *begins;        /* per item: whether it begins any */
    const uint32_t *postings;     /* per item from first_item that begins one: baskets that hold it */
    const uint64_t *start;        /* per item from first_item, and one more: its first posting */
    uint32_t *cells;              /* per itemset, LAST_CUSTOMER set to NOBODY and the rest to 0 */
    uint32_t size;                /* 2 or 3 */
    uint32_t width;               /* words of a cell */
    uint32_t first_item;
};

/* Write which of the baskets first up to last hold each item from first_item up to last_item that
 * begins an itemset; next[item - first_item] is where the item's next posting goes. Without
 * postings, next counts them. */
EXPORT void kernel_visits(const struct tally *t, int64_t first, int64_t last, uint32_t first_item,
                          uint32_t last_item, uint64_t *next, uint32_t *postings) {
    for (int64_t i = first; i < last; i++) {
        if (i + AHEAD < last) fetch(t->codes + t->baskets[i + AHEAD].start);
        const uint32_t *code = t->codes + t->baskets[i].start, *end = code + t->baskets[i].size;
        for (; code < end; code++) {
            if (!t->begins[*code] || *code < first_item || *code >= last_item) continue;
            uint64_t to = next[*code - first_item]++;
            if (postings) postings[to] = (uint32_t)i;
        }
    }
}

static inline void add(uint32_t *cell, const struct basket *basket) {
    /* Those of nobody come first, and begin as nobody's: they count for no customer. */
    cell[CUSTOMERS] += cell[LAST_CUSTOMER] != basket->customer;
    cell[LAST_CUSTOMER] = basket->customer;
    cell[LABELS + 2 * basket->label]++;
    cell[LABELS + 2 * basket->label + 1] += basket->size - 2;
}

/* Where the triple (any, b, c) is among those from first up to last, or last. */
static uint64_t found(const uint32_t *triples, uint64_t first, uint64_t last, uint32_t b,
                      uint32_t c) {
    uint64_t wanted = (uint64_t)b << 32 | c, low = first, high = last;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        const uint32_t *triple = triples + 3 * middle;
        if (((uint64_t)triple[1] << 32 | triple[2]) < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low < last && triples[3 * low + 1] == b && triples[3 * low + 2] == c ? low : last;
}

/* Tally the itemsets that begin with the items from first_item up to last_item. place has room for
 * every item, is 0, and is 0 again afterwards. */
EXPORT void kernel_tally(const struct tally *t, uint32_t first_item, uint32_t last_item,
                         uint32_t *place) {
    /* Copies: a write into a cell might be one into *t, as far as the compiler knows. */
    const uint32_t *codes = t->codes, *itemsets = t->itemsets;
    const struct basket *baskets = t->baskets;
    const uint32_t size = t->size, width = t->width;
    uint32_t *cells = t->cells;
    for (uint32_t item = first_item; item < last_item; item++) {
        uint64_t first = t->row[item], last = t->row[item + 1];
        if (first == last) continue;
        /* Of several triples that go on with the same item, the first one's place. */
        for (uint64_t i = last; i-- > first;) place[itemsets[i * size + 1]] = (uint32_t)(i - first + 1);
        const uint32_t *post = t->postings + t->start[item - t->first_item];
        const uint32_t *end = t->postings + t->start[item - t->first_item + 1];
        for (; post < end; post++) {
            if (post + 2 * AHEAD < end) __builtin_prefetch(baskets + post[2 * AHEAD]);
            if (post + AHEAD < end) fetch(codes + baskets[post[AHEAD]].start);
            const struct basket *basket = baskets + *post;
            const uint32_t *after = codes + basket->start + basket->size;
            for (const uint32_t *code = after - 1; *code > item; code--) {
                if (place[*code] == 0) continue;
                uint64_t i = first + place[*code] - 1;
                if (size == 2) {
                    add(cells + i * width, basket);
                    continue;
                }
                for (const uint32_t *third = code + 1; third < after; third++) {
                    uint64_t triple = found(itemsets, i, last, *code, *third);
                    if (triple < last) add(cells + triple * width, basket);
                }
            }
        }
        for (uint64_t i = first; i < last; i++) place[itemsets[i * size + 1]] = 0;
    }
}

/* Per label and item, two sums over the baskets of the label that hold the item: 1, and the other
 * lines. Baskets of a negative label are left out. Whole numbers stay exact in doubles. */
EXPORT void kernel_sum_lines(const uint32_t *codes, const int64_t *start, const int64_t *label,
                             int64_t baskets, int64_t item_count, double *sums) {
    for (int64_t i = 0; i < baskets; i++) {
        if (label[i] < 0) continue;
        double *of_label = sums + 2 * item_count * label[i];
        double others = (double)(start[i + 1] - start[i] - 1);
        for (int64_t line = start[i]; line < start[i + 1]; line++) {
            of_label[2 * (int64_t)codes[line]] += 1.0;
            of_label[2 * (int64_t)codes[line] + 1] += others;
        }
    }
}

/* -------------------------------------------------------------------------------------- shuffling */

/* Baskets of distinct items, one after the other. */
struct edges {
    uint32_t *item;         /* per line */
    const uint32_t *basket; /* per line: which basket it is in, from 0 */
    const uint32_t *start;  /* per basket, and one more: its first line */
};

static int holds(const struct edges *e, uint32_t basket, uint32_t item) {
    /* Without a way out in the middle the compiler compares several at a time. */
    int found = 0;
    for (uint32_t line = e->start[basket]; line < e->start[basket + 1]; line++)
        found |= e->item[line] == item;
    return found;
}

/* Let pairs of lines swap their items, one pair after the other, unless a basket would then hold an
 * item twice. Returns how many did. */
EXPORT int64_t kernel_swap(const struct edges *e, const uint32_t *one, const uint32_t *other,
                           int64_t n) {
    int64_t swaps = 0;
    for (int64_t i = 0; i < n; i++) {
        if (i + AHEAD < n) {
            __builtin_prefetch(e->item + one[i + AHEAD]);
            __builtin_prefetch(e->item + other[i + AHEAD]);
            __builtin_prefetch(e->basket + one[i + AHEAD]);
            __builtin_prefetch(e->basket + other[i + AHEAD]);
        }
        uint32_t *a = e->item + one[i], *b = e->item + other[i];
        if (holds(e, e->basket[one[i]], *b) || holds(e, e->basket[other[i]], *a)) continue;
        uint32_t swapped = *a;
        *a = *b;
        *b = swapped;
        swaps++;
    }
    return swaps;
}
