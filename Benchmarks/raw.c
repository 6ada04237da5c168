/* The baseline: what SQLite itself takes for the same lines, with nothing around it.
 *
 *   raw import DB FILE...         the lines of each file as one batch, in one transaction
 *   raw select DB BATCH           the lines of a batch, in their order, to stdout
 *   raw lookup DB BATCH ID...     the lines of these custom ids, one statement each, to stdout
 *
 * One table, one unique index on (batch, custom_id), a write-ahead log, and synchronous = FULL: the least that keeps
 * lines durable and finds them by id. Batches count from 1. */
#define _GNU_SOURCE
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char SCHEMA[] =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
    "CREATE TABLE lines(id INTEGER PRIMARY KEY, batch INTEGER NOT NULL, custom_id TEXT NOT NULL, line BLOB NOT NULL);"
    "CREATE UNIQUE INDEX lines_by_id ON lines(batch, custom_id);";
static const char KEY[] = "\"custom_id\": \"";

static sqlite3 *db;

static void fail(const char *what) {
    fprintf(stderr, "raw: %s: %s\n", what, db ? sqlite3_errmsg(db) : "not open");
    exit(1);
}

static void execute(const char *sql) {
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) fail(sql);
}

static sqlite3_stmt *prepare(const char *sql) {
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) fail(sql);
    return statement;
}

/* The id is found by its key: enough for lines that the benchmarks made, and cheaper than any reader of JSON. */
static void bind_custom_id(sqlite3_stmt *statement, const char *line, size_t length) {
    const char *key = memmem(line, length, KEY, sizeof KEY - 1);
    const char *start = key ? key + sizeof KEY - 1 : NULL;
    const char *end = start ? memchr(start, '"', (size_t)(line + length - start)) : NULL;
    if (!end) {
        fprintf(stderr, "raw: a line without a custom id\n");
        exit(1);
    }
    sqlite3_bind_text(statement, 2, start, (int)(end - start), SQLITE_STATIC);
}

static void import_file(const char *path, int batch) {
    FILE *file = fopen(path, "r");
    if (!file) {
        perror(path);
        exit(1);
    }
    sqlite3_stmt *insert = prepare("INSERT INTO lines(batch, custom_id, line) VALUES (?, ?, ?)");
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    execute("BEGIN");
    while ((length = getline(&line, &capacity, file)) > 0) {
        if (line[length - 1] == '\n') length--;
        sqlite3_bind_int(insert, 1, batch);
        bind_custom_id(insert, line, (size_t)length);
        sqlite3_bind_blob(insert, 3, line, (int)length, SQLITE_STATIC);
        if (sqlite3_step(insert) != SQLITE_DONE) fail("insert");
        sqlite3_reset(insert);
    }
    execute("COMMIT");
    sqlite3_finalize(insert);
    free(line);
    fclose(file);
}

static void print_line(sqlite3_stmt *row) {
    fwrite(sqlite3_column_blob(row, 0), 1, (size_t)sqlite3_column_bytes(row, 0), stdout);
    putchar('\n');
}

static void select_lines(int batch) {
    /* With the plus, SQLite reads the table in its own order, and does not sort what the index returns. */
    sqlite3_stmt *select = prepare("SELECT line FROM lines WHERE +batch = ? ORDER BY id");
    int state;
    sqlite3_bind_int(select, 1, batch);
    while ((state = sqlite3_step(select)) == SQLITE_ROW) print_line(select);
    if (state != SQLITE_DONE) fail("select");
    sqlite3_finalize(select);
}

static void look_up(int batch, char **ids, int count) {
    sqlite3_stmt *lookup = prepare("SELECT line FROM lines WHERE batch = ? AND custom_id = ?");
    for (int i = 0; i < count; i++) {
        sqlite3_bind_int(lookup, 1, batch);
        sqlite3_bind_text(lookup, 2, ids[i], -1, SQLITE_STATIC);
        if (sqlite3_step(lookup) != SQLITE_ROW) fail(ids[i]);
        print_line(lookup);
        sqlite3_reset(lookup);
    }
    sqlite3_finalize(lookup);
}

int main(int count, char **arguments) {
    const char *command = count >= 4 ? arguments[1] : "";
    int is_import = !strcmp(command, "import");
    if (!is_import && strcmp(command, "select") && strcmp(command, "lookup")) {
        fprintf(stderr, "usage: raw import DB FILE... | select DB BATCH | lookup DB BATCH ID...\n");
        return 64;
    }
    setvbuf(stdout, NULL, _IOFBF, 1 << 20);
    int flags = is_import ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE;
    if (sqlite3_open_v2(arguments[2], &db, flags, NULL) != SQLITE_OK) fail(arguments[2]);
    if (is_import) {
        execute(SCHEMA);
        for (int i = 3; i < count; i++) import_file(arguments[i], i - 2);
    } else if (!strcmp(command, "select")) {
        select_lines(atoi(arguments[3]));
    } else {
        look_up(atoi(arguments[3]), arguments + 4, count - 4);
    }
    if (fflush(stdout) || ferror(stdout)) {
        perror("stdout");
        return 1;
    }
    return sqlite3_close(db) == SQLITE_OK ? 0 : 1;
}
