/* A service to measure a client against: OpenAI's Files, Batches and chat completions on the loopback address.
 *
 *   service [DELAY_MS [ERROR_EVERY]]
 *
 * Prints the port that it got, then serves until it is ended. One thread and epoll: it costs little beside the client.
 * It keeps the custom ids of an uploaded file and drops the rest. A batch is completed the first time it is asked for.
 * Every ERROR_EVERY-th request of a batch fails (0: none). A chat completion is answered after DELAY_MS. A result line
 * has about 1 KB. Memory that grows with the work is freed when the service ends. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 512, READ_SIZE = 1 << 17, SEND_AHEAD = 1 << 18, LINE_ROOM = 1 << 13, MAX_FILES = 100000, WORDS = 70 };

typedef struct {
    char *bytes;
    size_t length, capacity;
} Buffer;

/* An uploaded file: its custom ids, each ended by a zero byte. */
typedef struct {
    Buffer ids;
    long count, size;
} File;

/* A download that is made while it is sent. */
typedef struct {
    File *file; /* NULL: none */
    int errors; /* of the requests that failed, or of the others */
    size_t at;  /* in file->ids */
    long number;
} Download;

typedef struct {
    int socket;
    Buffer input, output;
    size_t sent;      /* of the output */
    File *upload;     /* NULL: none */
    long upload_left; /* bytes of its body that are still to come */
    Download download;
    int waiting; /* answers that are not due yet; a closed connection stays until they were */
} Connection;

/* An answer that is due later. All are delayed by the same time, so that they are due in the order they came. */
typedef struct Delayed {
    Connection *connection;
    double due;
    struct Delayed *next;
} Delayed;

static File files[MAX_FILES];
static int file_count;
static Delayed *first_delayed, *last_delayed;
static int poll_handle, error_every;
static double delay;
static char content[WORDS * 8]; /* of each answer */
static Buffer answer;           /* the whole response to a chat completion */

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void *checked(void *memory) {
    if (!memory) {
        fprintf(stderr, "service: out of memory\n");
        exit(1);
    }
    return memory;
}

/* Buffers */

static void reserve(Buffer *buffer, size_t more) {
    size_t need = buffer->length + more, capacity = buffer->capacity ? buffer->capacity : 4096;
    if (need <= buffer->capacity) return;
    while (capacity < need) capacity *= 2;
    buffer->bytes = checked(realloc(buffer->bytes, capacity));
    buffer->capacity = capacity;
}

static void append(Buffer *buffer, const char *bytes, size_t length) {
    reserve(buffer, length);
    memcpy(buffer->bytes + buffer->length, bytes, length);
    buffer->length += length;
}

/* Responses */

static void append_head(Buffer *output, int status, const char *type, long length) {
    char head[256];
    int size = snprintf(head, sizeof head, "HTTP/1.1 %d %s\r\ncontent-type: %s\r\ncontent-length: %ld\r\n\r\n", status,
                        status == 200 ? "OK" : "Not Found", type, length);
    append(output, head, (size_t)size);
}

__attribute__((format(printf, 3, 4)))
static void respond(Connection *connection, int status, const char *format, ...) {
    char body[8192];
    va_list values;
    va_start(values, format);
    int length = vsnprintf(body, sizeof body, format, values);
    va_end(values);
    append_head(&connection->output, status, "application/json", length);
    append(&connection->output, body, (size_t)length);
}

static int is_error(long number) { return error_every && number % error_every == 0; }

/* All names come from the custom id, so that a line is the same however a batch was split into files. */
static int result_line(char *line, const char *id, int failed) {
    if (failed)
        return snprintf(line, LINE_ROOM,
                        "{\"id\": \"batch_req_000000000000%s\", \"custom_id\": \"%s\", \"response\": "
                        "{\"status_code\": 400, \"request_id\": \"req_00000000000000000000%s\", "
                        "\"body\": {\"error\": {\"message\": \"bad parameter\", "
                        "\"type\": \"invalid_request_error\", \"param\": null, \"code\": \"bad\"}}}, "
                        "\"error\": null}\n",
                        id, id, id);
    return snprintf(line, LINE_ROOM,
                    "{\"id\": \"batch_req_000000000000%s\", \"custom_id\": \"%s\", \"response\": "
                    "{\"status_code\": 200, \"request_id\": \"req_00000000000000000000%s\", "
                    "\"body\": {\"id\": \"chatcmpl-00000000000000000%s\", "
                    "\"object\": \"chat.completion\", \"created\": 1764550000, \"model\": \"gpt-4o-mini-2024-07-18\", "
                    "\"choices\": [{\"index\": 0, \"message\": {\"role\": \"assistant\", \"content\": \"%s\", "
                    "\"refusal\": null}, \"logprobs\": null, \"finish_reason\": \"stop\"}], \"usage\": "
                    "{\"prompt_tokens\": 150, \"completion_tokens\": 100, \"total_tokens\": 250}, "
                    "\"system_fingerprint\": null}}, \"error\": null}\n",
                    id, id, id, id, content);
}

static void make_answer(void) {
    static char body[LINE_ROOM];
    for (int i = 0; i < WORDS; i++) strcat(strcat(content, i ? " " : ""), i % 3 ? "answer" : "sector");
    int length = snprintf(body, sizeof body,
                          "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1764550000,"
                          "\"model\":\"gpt-4o-mini-2024-07-18\",\"choices\":[{\"index\":0,\"message\":"
                          "{\"role\":\"assistant\",\"content\":\"%s\"},\"finish_reason\":\"stop\"}],\"usage\":"
                          "{\"prompt_tokens\":150,\"completion_tokens\":100,\"total_tokens\":250}}",
                          content);
    append_head(&answer, 200, "application/json", length);
    append(&answer, body, (size_t)length);
}

/* Sending */

static void watch(Connection *connection, int until_writable) {
    struct epoll_event event = {.events = EPOLLIN | (until_writable ? EPOLLOUT : 0), .data.ptr = connection};
    epoll_ctl(poll_handle, EPOLL_CTL_MOD, connection->socket, &event);
}

static void make_more(Connection *connection) {
    Download *download = &connection->download;
    char line[LINE_ROOM];
    while (download->file && connection->output.length - connection->sent < SEND_AHEAD) {
        if (download->number == download->file->count) {
            download->file = NULL;
            return;
        }
        const char *id = download->file->ids.bytes + download->at;
        if (is_error(download->number) == download->errors)
            append(&connection->output, line, (size_t)result_line(line, id, download->errors));
        download->at += strlen(id) + 1;
        download->number++;
    }
}

static void send_output(Connection *connection) {
    if (connection->socket < 0) return;
    for (;;) {
        make_more(connection);
        if (connection->sent == connection->output.length) break;
        ssize_t count = send(connection->socket, connection->output.bytes + connection->sent,
                             connection->output.length - connection->sent, MSG_NOSIGNAL);
        if (count < 0) return watch(connection, 1);
        connection->sent += (size_t)count;
        if (connection->sent == connection->output.length) connection->sent = connection->output.length = 0;
    }
    watch(connection, 0);
}

/* Chat completions */

static void answer_later(Connection *connection) {
    Delayed *delayed = checked(malloc(sizeof *delayed));
    *delayed = (Delayed){connection, now() + delay, NULL};
    if (last_delayed) last_delayed->next = delayed;
    else first_delayed = delayed;
    last_delayed = delayed;
    connection->waiting++;
}

static void release(Connection *connection) {
    if (connection->socket >= 0 || connection->waiting) return;
    free(connection->input.bytes);
    free(connection->output.bytes);
    free(connection);
}

static void answer_what_is_due(void) {
    while (first_delayed && first_delayed->due <= now()) {
        Delayed *delayed = first_delayed;
        Connection *connection = delayed->connection;
        first_delayed = delayed->next;
        if (!first_delayed) last_delayed = NULL;
        free(delayed);
        connection->waiting--;
        append(&connection->output, answer.bytes, answer.length);
        send_output(connection);
        release(connection);
    }
}

/* Batches: batch_N works on file-N, and its results are in file-outN and file-errN. */

static void create_batch(Connection *connection, const char *body, size_t length) {
    const char *file = memmem(body, length, "\"file-", 6), *end = body + length;
    const char *metadata = memmem(body, length, "\"metadata\"", 10);
    int number = file ? atoi(file + 6) : 0, size = 0, depth = 0;
    if (metadata && (metadata = memchr(metadata, '{', (size_t)(end - metadata)))) {
        /* Ours and the peers' labels contain no braces. */
        do {
            depth += (metadata[size] == '{') - (metadata[size] == '}');
            size++;
        } while (depth && metadata + size < end);
    }
    respond(connection, 200,
            "{\"id\":\"batch_%d\",\"object\":\"batch\",\"endpoint\":\"/v1/chat/completions\",\"completion_window\":"
            "\"24h\",\"input_file_id\":\"file-%d\",\"status\":\"validating\",\"created_at\":%ld,\"metadata\":%.*s,"
            "\"request_counts\":{\"total\":0,\"completed\":0,\"failed\":0}}",
            number, number, (long)time(NULL), size ? size : 4, size ? metadata : "null");
}

static void show_batch(Connection *connection, int number) {
    long total = files[number - 1].count, failed = error_every ? (total + error_every - 1) / error_every : 0;
    char errors[64] = "null";
    if (failed) snprintf(errors, sizeof errors, "\"file-err%d\"", number);
    respond(connection, 200,
            "{\"id\":\"batch_%d\",\"object\":\"batch\",\"endpoint\":\"/v1/chat/completions\",\"completion_window\":"
            "\"24h\",\"input_file_id\":\"file-%d\",\"status\":\"completed\",\"created_at\":%ld,\"output_file_id\":"
            "\"file-out%d\",\"error_file_id\":%s,\"request_counts\":{\"total\":%ld,\"completed\":%ld,\"failed\":%ld}}",
            number, number, (long)time(NULL), number, errors, total, total - failed, failed);
}

static void begin_download(Connection *connection, int number, int errors) {
    File *file = &files[number - 1];
    const char *id = file->ids.bytes;
    char line[LINE_ROOM];
    /* Calculated, not made twice: the client would wait for it. */
    long length = 0, rest = result_line(line, "", errors), each = result_line(line, "x", errors) - rest;
    for (long i = 0; i < file->count; i++, id += strlen(id) + 1)
        if (is_error(i) == errors) length += rest + each * (long)strlen(id);
    append_head(&connection->output, 200, "application/octet-stream", length);
    connection->download = (Download){file, errors, 0, 0};
}

/* Requests */

static void handle(Connection *connection, const char *head, const char *body, size_t length) {
    char method[16] = "", target[512] = "";
    int number = 0;
    sscanf(head, "%15s %511s", method, target);
    const char *path = strncmp(target, "/v1/", 4) ? "" : target + 4;
    int is_post = !strcmp(method, "POST");

    if (!strncmp(path, "chat/completions", 16)) {
        if (delay > 0) answer_later(connection);
        else append(&connection->output, answer.bytes, answer.length);
    } else if (!strcmp(path, "batches") && is_post) {
        create_batch(connection, body, length);
    } else if (sscanf(path, "batches/batch_%d", &number) == 1 && number > 0 && number <= file_count) {
        show_batch(connection, number);
    } else if (sscanf(path, "files/file-out%d/content", &number) == 1 && number > 0 && number <= file_count) {
        begin_download(connection, number, 0);
    } else if (sscanf(path, "files/file-err%d/content", &number) == 1 && number > 0 && number <= file_count) {
        begin_download(connection, number, 1);
    } else if (!strncmp(path, "batches", 7) || !strncmp(path, "files", 5)) {
        respond(connection, 200, "{\"object\":\"list\",\"data\":[],\"has_more\":false}");
    } else {
        respond(connection, 404, "{\"error\":{\"message\":\"no such path\"}}");
    }
}

/* Uploads: lines with a custom id count, so that the heads and the ends of the form's parts do not. */

static void take_line(File *file, const char *line, size_t length) {
    const char *end = line + length, *key = memmem(line, length, "\"custom_id\"", 11);
    const char *id = key ? memchr(key + 11, '"', (size_t)(end - key - 11)) : NULL;
    const char *id_end = id ? memchr(id + 1, '"', (size_t)(end - id - 1)) : NULL;
    if (!id_end) return;
    append(&file->ids, id + 1, (size_t)(id_end - id - 1));
    append(&file->ids, "", 1);
    file->count++;
}

/* Takes what has come of an upload, and returns how many bytes of the input that was. */
static size_t take_upload(Connection *connection, const char *bytes, size_t available) {
    File *file = connection->upload;
    int is_whole = available >= (size_t)connection->upload_left;
    size_t length = is_whole ? (size_t)connection->upload_left : available, taken = 0;
    const char *end;
    while (taken < length && (end = memchr(bytes + taken, '\n', length - taken))) {
        take_line(file, bytes + taken, (size_t)(end - bytes) - taken);
        taken = (size_t)(end - bytes) + 1;
    }
    if (is_whole) taken = length;
    connection->upload_left -= (long)taken;
    file->size += (long)taken;
    if (connection->upload_left == 0) {
        connection->upload = NULL;
        respond(connection, 200,
                "{\"id\":\"file-%d\",\"object\":\"file\",\"bytes\":%ld,\"created_at\":%ld,\"filename\":"
                "\"requests.jsonl\",\"purpose\":\"batch\",\"status\":\"processed\"}",
                (int)(file - files) + 1, file->size, (long)time(NULL));
    }
    return taken;
}

static void begin_upload(Connection *connection, long length) {
    if (file_count == MAX_FILES) {
        fprintf(stderr, "service: too many files\n");
        exit(1);
    }
    connection->upload = &files[file_count++];
    connection->upload_left = length;
}

/* Takes one request, or a part of an upload, and returns how many bytes of the input it was; 0 if more must come. */
static size_t take(Connection *connection, char *bytes, size_t available) {
    if (connection->upload) return take_upload(connection, bytes, available);
    char *end = memmem(bytes, available, "\r\n\r\n", 4);
    if (!end) return 0;
    *end = 0; /* so that the search for a header ends with the head */
    const char *header = strcasestr(bytes, "\r\ncontent-length:");
    long length = header ? atol(header + 17) : 0;
    size_t head = (size_t)(end - bytes) + 4;
    if (!strncmp(bytes, "POST /v1/files ", 15)) {
        begin_upload(connection, length);
        return head;
    }
    if (available < head + (size_t)length) {
        *end = '\r';
        return 0;
    }
    handle(connection, bytes, bytes + head, (size_t)length);
    return head + (size_t)length;
}

static void receive(Connection *connection) {
    Buffer *input = &connection->input;
    size_t taken = 0, step;
    reserve(input, READ_SIZE);
    ssize_t count = recv(connection->socket, input->bytes + input->length, input->capacity - input->length, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) {
        close(connection->socket);
        connection->socket = -1;
        return release(connection);
    }
    input->length += (size_t)count;
    while (taken < input->length && (step = take(connection, input->bytes + taken, input->length - taken)))
        taken += step;
    memmove(input->bytes, input->bytes + taken, input->length - taken);
    input->length -= taken;
    if (connection->output.length || connection->download.file) send_output(connection);
}

/* The loop */

static int listen_on_loopback(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) || listen(listener, 4096) ||
        getsockname(listener, (struct sockaddr *)&address, &size)) {
        perror("service");
        exit(1);
    }
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

static void accept_connection(int listener) {
    int one = 1, handle = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (handle < 0) return;
    setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    Connection *connection = checked(calloc(1, sizeof *connection));
    connection->socket = handle;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    epoll_ctl(poll_handle, EPOLL_CTL_ADD, handle, &event);
}

/* Not epoll_wait: rounded to milliseconds, an answer would come late, or the wait for it would take a core. */
static int wait_for_events(struct epoll_event *events) {
    struct timespec rest = {0, 0};
    double left = first_delayed ? first_delayed->due - now() : 0;
    if (left > 0) rest = (struct timespec){(time_t)left, (long)((left - (double)(time_t)left) * 1e9)};
    return epoll_pwait2(poll_handle, events, EVENTS, first_delayed ? &rest : NULL, NULL);
}

int main(int count, char **arguments) {
    delay = count > 1 ? atof(arguments[1]) / 1000 : 0;
    error_every = count > 2 ? atoi(arguments[2]) : 0;
    make_answer();
    int listener = listen_on_loopback();
    poll_handle = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, events[EVENTS];
    epoll_ctl(poll_handle, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int ready = wait_for_events(events);
        answer_what_is_due();
        for (int i = 0; i < ready; i++) {
            Connection *connection = events[i].data.ptr;
            if (!connection) {
                accept_connection(listener);
                continue;
            }
            if (events[i].events & EPOLLOUT) send_output(connection);
            if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive(connection);
        }
    }
}
