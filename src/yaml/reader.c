/* From bytes to the tree, through the events of libfyaml's parser. Nothing here recurses, so a file cannot
 * exhaust the stack. */
#include <libfyaml.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "yaml/node.h"

/* State while a document is built. */
typedef struct {
    qd_yaml_t *document;
    size_t parent; /* the open mapping or sequence, or QD_YAML_NONE */
    size_t depth;
    bool has_key; /* a key of the open mapping waits for its value */
    size_t key;
    int key_line, key_column;
    size_t documents;
    const char *source; /* the text that is read */
    size_t length;
    struct fy_mark read; /* events before this place were taken */
} builder_t;

qd_status_t qd_yaml_fault(qd_yaml_t *self, int line, int column, const char *format, ...)
{
    char message[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    self->faults++;
    if (!self->positions)
        return qd_error_add(self->error, QD_ERROR_INPUT, "%s: %s", self->name, message);
    return qd_error_add(self->error, QD_ERROR_INPUT, "%s:%d:%d: %s", self->name, line, column, message);
}

static qd_status_t add_text(qd_yaml_t *self, const char *text, size_t length, size_t *offset)
{
    char *larger = qd_list_room(self->text, self->text_used, length + 1, &self->text_room, 1);
    if (!larger)
        return qd_no_memory(self->error);
    self->text = larger;
    *offset = self->text_used;
    if (length)
        memcpy(self->text + self->text_used, text, length);
    self->text[self->text_used + length] = '\0';
    self->text_used += length + 1;
    return QD_OK;
}

/* Appends a node to the open mapping or sequence, under the waiting key if there is one. */
static qd_status_t add_node(builder_t *build, qd_yaml_kind_t kind, const struct fy_mark *mark,
                            size_t *position)
{
    qd_yaml_t *self = build->document;
    qd_yaml_node_t *larger = qd_list_room(self->node, self->nodes, 1, &self->node_room, sizeof *larger);
    if (!larger)
        return qd_no_memory(self->error);
    self->node = larger;
    *position = self->nodes++;
    qd_yaml_node_t *node = &self->node[*position];
    *node = (qd_yaml_node_t){.document = self, .kind = kind, .key = QD_YAML_NONE, .text = QD_YAML_NONE};
    node->line = mark ? mark->line + 1 : build->has_key ? build->key_line : 1;
    node->column = mark ? mark->column + 1 : build->has_key ? build->key_column : 1;
    node->key_line = build->has_key ? build->key_line : node->line;
    node->key_column = build->has_key ? build->key_column : node->column;
    node->key = build->has_key ? build->key : QD_YAML_NONE;
    node->parent = build->parent;
    node->next = node->first = node->last = QD_YAML_NONE;
    build->has_key = false;
    if (build->parent != QD_YAML_NONE) {
        qd_yaml_node_t *parent = &self->node[build->parent];
        *(parent->last == QD_YAML_NONE ? &parent->first : &self->node[parent->last].next) = *position;
        parent->last = *position;
        parent->count++;
    }
    return QD_OK;
}

static bool wants_key(const builder_t *build)
{
    return build->parent != QD_YAML_NONE && build->document->node[build->parent].kind == QD_YAML_MAP &&
           !build->has_key;
}

static qd_status_t open_node(builder_t *build, qd_yaml_kind_t kind, const struct fy_mark *mark)
{
    qd_yaml_t *self = build->document;
    int line = mark ? mark->line + 1 : 1, column = mark ? mark->column + 1 : 1;
    if (wants_key(build))
        return qd_yaml_fault(self, line, column, "found a %s as a key; expected a plain word",
                             kind == QD_YAML_MAP ? "mapping" : "list");
    if (build->depth == QD_YAML_DEPTH)
        return qd_yaml_fault(self, line, column, "found more than %d levels of nesting; expected fewer",
                             QD_YAML_DEPTH);
    size_t position = 0;
    qd_status_t status = add_node(build, kind, mark, &position);
    build->depth++;
    build->parent = position;
    return status;
}

typedef struct {
    const char *key;
    size_t position;
} sorted_key_t;

static int by_key(const void *a, const void *b)
{
    const sorted_key_t *x = a, *y = b;
    int order = strcmp(x->key, y->key);
    return order ? order : (x->position > y->position) - (x->position < y->position);
}

/* Sorted, so that a long mapping takes n log n steps. */
static qd_status_t check_duplicates(qd_yaml_t *self, const qd_yaml_node_t *map)
{
    sorted_key_t *keys = qd_new(map->count, sizeof *keys, self->error);
    if (!keys)
        return QD_ERROR_MEMORY;
    size_t n = 0;
    for (size_t i = map->first; i != QD_YAML_NONE; i = self->node[i].next)
        keys[n++] = (sorted_key_t){self->text + self->node[i].key, i};
    qsort(keys, n, sizeof *keys, by_key);
    for (size_t i = 1; i < n; i++) {
        const qd_yaml_node_t *first = &self->node[keys[i - 1].position],
                             *again = &self->node[keys[i].position];
        if (strcmp(keys[i - 1].key, keys[i].key) == 0)
            qd_yaml_fault(self, again->key_line, again->key_column,
                          "found the key `%.100s` again; expected it once (it stands in line %d already)",
                          keys[i].key, first->key_line);
    }
    free(keys);
    return QD_OK;
}

static qd_status_t close_node(builder_t *build)
{
    qd_yaml_node_t *node = &build->document->node[build->parent];
    qd_status_t status = node->kind == QD_YAML_MAP ? check_duplicates(build->document, node) : QD_OK;
    build->parent = node->parent;
    build->depth--;
    return status;
}

static qd_status_t take_key(builder_t *build, const char *text, size_t length, const struct fy_mark *mark)
{
    qd_yaml_t *self = build->document;
    build->key_line = mark ? mark->line + 1 : 1;
    build->key_column = mark ? mark->column + 1 : 1;
    if (length == 2 && memcmp(text, "<<", 2) == 0)
        qd_yaml_fault(self, build->key_line, build->key_column,
                      "found the merge key `<<`; expected every value written out");
    build->has_key = true;
    qd_status_t status = add_text(self, text, length, &build->key);
    if (!status && !qd_is_name(self->text + build->key))
        qd_yaml_fault(self, build->key_line, build->key_column,
                      "found control characters in a key; expected a word without them");
    return status;
}

/* YAML's null: `name: ~` means the same as `name:`. */
static bool is_null(const char *text, size_t length)
{
    static const char *const words[] = {"~", "null", "Null", "NULL"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (length == strlen(words[i]) && memcmp(text, words[i], length) == 0)
            return true;
    return false;
}

static void step(builder_t *build)
{
    struct fy_mark *at = &build->read;
    unsigned char c = (unsigned char)build->source[at->input_pos++];
    at->column = c == '\n' ? 0 : at->column + ((c & 0xC0) != 0x80);
    at->line += c == '\n';
}

/* The place of the dash of an empty item, for which libfyaml has none: the next one that is not in a
 * comment. */
static const struct fy_mark *find_dash(builder_t *build, struct fy_mark *found)
{
    bool comment = false;
    while (build->read.input_pos < build->length) {
        char c = build->source[build->read.input_pos];
        comment = c == '#' || (comment && c != '\n');
        if (c == '-' && !comment)
            break;
        step(build);
    }
    if (build->read.input_pos == build->length)
        return NULL;
    *found = build->read;
    step(build);
    return found;
}

static bool is_item(const builder_t *build)
{
    return build->parent != QD_YAML_NONE && build->document->node[build->parent].kind == QD_YAML_SEQUENCE;
}

static qd_status_t take_scalar(builder_t *build, struct fy_token *token, const struct fy_mark *mark)
{
    size_t length = 0, offset, position = 0;
    const char *text = token ? fy_token_get_text(token, &length) : "";
    if (!text)
        return qd_no_memory(build->document->error);
    if (memchr(text, 0, length))
        return qd_yaml_fault(build->document, mark ? mark->line + 1 : 1, mark ? mark->column + 1 : 1,
                             "found a NUL character; expected text");
    if (wants_key(build))
        return take_key(build, text, length, mark);
    bool plain = !token || fy_token_scalar_style(token) == FYSS_PLAIN;
    if (plain && length == 0 && build->has_key)
        mark = NULL; /* an absent value stands where its key does; libfyaml 0.8 gives another place */
    struct fy_mark dash;
    if (plain && length == 0 && is_item(build))
        mark = find_dash(build, &dash);
    if (plain && is_null(text, length))
        length = 0;
    qd_status_t status = add_text(build->document, text, length, &offset);
    if (!status)
        status = add_node(build, QD_YAML_SCALAR, mark, &position);
    if (!status) {
        build->document->node[position].text = offset;
        build->document->node[position].plain = plain;
    }
    return status;
}

/* Anchors and tags are faults, but reading continues; an alias has no value, so reading ends. */
static void check_decorations(qd_yaml_t *self, struct fy_event *event)
{
    if (event->type != FYET_SCALAR && event->type != FYET_MAPPING_START && event->type != FYET_SEQUENCE_START)
        return;
    struct fy_token *anchor = fy_event_get_anchor_token(event), *tag = fy_event_get_tag_token(event);
    const struct fy_mark *mark = anchor ? fy_token_start_mark(anchor) : NULL;
    if (anchor)
        qd_yaml_fault(self, mark ? mark->line + 1 : 1, mark ? mark->column + 1 : 1,
                      "found an anchor (&name); expected every value written out");
    mark = tag ? fy_token_start_mark(tag) : NULL;
    if (tag)
        qd_yaml_fault(self, mark ? mark->line + 1 : 1, mark ? mark->column + 1 : 1,
                      "found a tag (!name); expected a plain value");
}

static qd_status_t take_content(builder_t *build, struct fy_event *event, struct fy_token *token,
                                const struct fy_mark *mark)
{
    int line = mark ? mark->line + 1 : 1, column = mark ? mark->column + 1 : 1;
    switch (event->type) {
    case FYET_DOCUMENT_START:
        if (build->documents++)
            return qd_yaml_fault(build->document, line, column, "found a second document; expected one");
        return QD_OK;
    case FYET_ALIAS:
        return qd_yaml_fault(build->document, line, column,
                             "found an alias (*name); expected every value written out");
    case FYET_MAPPING_START:
        return open_node(build, QD_YAML_MAP, mark);
    case FYET_SEQUENCE_START:
        return open_node(build, QD_YAML_SEQUENCE, mark);
    case FYET_MAPPING_END:
    case FYET_SEQUENCE_END:
        return close_node(build);
    case FYET_SCALAR:
        return take_scalar(build, token, mark);
    default:
        return QD_OK;
    }
}

static qd_status_t take_event(builder_t *build, struct fy_event *event)
{
    struct fy_token *token = fy_event_get_token(event);
    const struct fy_mark *mark = token ? fy_token_start_mark(token) : NULL, *read = NULL;
    check_decorations(build->document, event);
    qd_status_t status = take_content(build, event, token, mark);
    if (event->type == FYET_SCALAR && token)
        read = fy_token_end_mark(token);
    else if (event->type == FYET_MAPPING_START || event->type == FYET_SEQUENCE_START)
        read = mark; /* its first item may be empty */
    if (read && read->input_pos > build->read.input_pos)
        build->read = *read;
    return status;
}

/* The parser's own message about a syntax error. */
static qd_status_t tell_syntax(qd_yaml_t *self, struct fy_diag *diag)
{
    void *position = NULL;
    struct fy_diag_error *said = fy_diag_errors_iterate(diag, &position);
    if (!said || !said->msg)
        return qd_yaml_fault(self, 1, 1, "found text that is not YAML; expected `key: value` lines");
    return qd_yaml_fault(self, said->line > 0 ? said->line : 1, said->column > 0 ? said->column : 1,
                         "found text that is not YAML (%.200s); expected `key: value` lines", said->msg);
}

static void say_nothing(struct fy_diag *diag, void *user, const char *text, size_t length)
{
    (void)diag, (void)user, (void)text, (void)length;
}

static qd_status_t parse_events(qd_yaml_t *self, const char *text, size_t length)
{
    qd_status_t status = QD_OK;
    builder_t build = {.document = self, .parent = QD_YAML_NONE, .source = text, .length = length};
    struct fy_diag_cfg silent;
    fy_diag_cfg_default(&silent);
    silent.fp = NULL;
    silent.output_fn = say_nothing;
    struct fy_diag *diag = fy_diag_create(&silent);
    struct fy_parser *parser = NULL;
    struct fy_event *event = NULL;
    if (!diag)
        return qd_no_memory(self->error);
    fy_diag_set_collect_errors(diag, true);
    parser = fy_parser_create(&(struct fy_parse_cfg){.flags = FYPCF_QUIET | FYPCF_JSON_NONE, .diag = diag});
    if (!parser || fy_parser_set_string(parser, text, length)) {
        status = qd_no_memory(self->error);
        goto out;
    }
    while (!status && (event = fy_parser_parse(parser))) {
        status = take_event(&build, event);
        fy_parser_event_free(parser, event);
    }
    if (!status && fy_parser_get_stream_error(parser))
        status = tell_syntax(self, diag);
    if (!status && build.depth)
        status = qd_yaml_fault(self, 1, 1, "found text that breaks off; expected a whole document");
out:
    fy_parser_destroy(parser);
    fy_diag_destroy(diag);
    return status;
}

static qd_status_t parse(const char *text, size_t length, const char *name, bool positions, qd_yaml_t **out,
                         qd_error_t *error)
{
    qd_status_t status;
    int line, column;
    char found[QD_FOUND_SIZE];
    *out = NULL;
    qd_yaml_t *self = qd_new(1, sizeof *self, error);
    if (!self || !(self->name = strdup(name))) {
        free(self);
        return qd_no_memory(error);
    }
    self->error = error;
    self->began = error->used;
    self->positions = positions;
    if (!qd_is_text(text, length, &line, &column, found)) {
        status = qd_yaml_fault(self, line, column, "found %s; expected a YAML file", found);
        goto out;
    }
    status = parse_events(self, text, length);
    if (!status && self->nodes == 0)
        status = qd_yaml_fault(self, 1, 1, "found nothing; expected a YAML document");
out:
    qd_error_sort(self->error, self->began, self->name);
    if (status)
        qd_yaml_free(self);
    else
        *out = self;
    return status;
}

qd_status_t qd_yaml_parse(const char *text, size_t length, const char *name, qd_yaml_t **self,
                          qd_error_t *error)
{
    return parse(text, length, name, true, self, error);
}

qd_status_t qd_yaml_parse_value(const char *text, const char *name, qd_yaml_t **self, qd_error_t *error)
{
    return parse(text, strlen(text), name, false, self, error);
}

qd_status_t qd_yaml_load(const char *path, qd_yaml_t **self, qd_error_t *error)
{
    char *text;
    size_t length;
    *self = NULL;
    qd_status_t status = qd_read_text(path, QD_YAML_FILE_SIZE, &text, &length, error);
    if (status)
        return status;
    status = parse(text, length, path, true, self, error);
    free(text);
    return status;
}

void qd_yaml_free(qd_yaml_t *self)
{
    if (!self)
        return;
    free(self->name);
    free(self->node);
    free(self->text);
    free(self);
}
