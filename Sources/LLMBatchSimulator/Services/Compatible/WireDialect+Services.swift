import Foundation
import LLMBatchCore

extension WireDialect {
    /// A new file is checked first; absent members are empty; statuses are in capitals; counts come late.
    static let azure = WireDialect(
        root: "/openai/v1", versionedRoot: "/openai", keyHeader: "api-key",
        endpoints: ["/v1/chat/completions", "/v1/responses", "/chat/completions"],
        lifetimeFields: (seconds: "expires_after.seconds", anchor: "expires_after.anchor"),
        lifetimes: 1_209_600...2_592_000, mostLines: 100_000, fileLooksUntilReady: 2, hasLineIDs: false,
        show: { batch in
            batch.openAIJSON { member, value in
                switch (member, value) {
                case ("output_file_id", .null), ("error_file_id", .null): ""
                case ("status", .string(let word)): .string(large(word))
                case ("created_at", _), ("expires_at", _): .time(value.integer)
                case ("request_counts", _) where batch.counts == nil: ["total": nil, "completed": nil, "failed": nil]
                case ("model", _), ("usage", _): nil
                default: value
                }
            }
        },
        showFile: { $0.openAIJSON.setting("status", $0.looks < 2 ? "pending" : "processed") })

    /// Lists have no pages; a file has no status.
    static let groq = WireDialect(
        root: "/openai/v1", endpoints: ["/v1/chat/completions"],
        createMembers: ["input_file_id", "endpoint", "completion_window", "metadata"],
        windows: ["24h", "2d", "3d", "5d", "7d"], lists: .whole,
        show: { batch in batch.openAIJSON { $0 == "usage" || $0 == "model" ? nil : $1 } },
        showFile: { $0.openAIJSON.keeping(["id", "object", "bytes", "created_at", "filename", "purpose"]) })

    /// Like OpenAI's, with two endpoints and larger files. Settings of a batch can replace those of its requests.
    static let nebius = WireDialect(
        endpoints: ["/v1/chat/completions", "/v1/embeddings"],
        createMembers: ["input_file_id", "endpoint", "completion_window", "metadata", "override_settings"],
        mostLines: 5_000_000, usualPage: 10,
        show: { batch in
            batch.openAIJSON { member, value in
                switch member {
                case "usage", "model", "cancelling_at", "cancelled_at": nil
                case "request_counts" where batch.counts == nil: ["total": 0, "completed": 0, "failed": 0]
                default: value
                }
            }
        })

    /// Its own objects, times as text, files at pre-signed URLs.
    static let together = WireDialect(
        endpoints: ["/v1/chat/completions", "/v1/audio/transcriptions", "/v1/audio/translations"],
        createMembers: ["input_file_id", "endpoint", "completion_window", "model_id", "priority"],
        purpose: "batch-api", lineMembers: ["custom_id", "body"], longestID: 64, signs: true, fileLooksUntilReady: 2,
        hasLineIDs: false, lists: .array, wrapper: "job",
        show: { batch in
            let word = ["cancelling": "IN_PROGRESS", "finalizing": "IN_PROGRESS"][batch.status]
            return [
                "id": .string(batch.id), "status": .string(word ?? batch.status.uppercased()),
                "progress": batch.isDone ? 100 : 0, "endpoint": .string(batch.endpoint),
                "input_file_id": .string(batch.inputFileID), "output_file_id": .init(batch.outputFileID),
                "error_file_id": .init(batch.errorFileID), "file_size_bytes": 1,
                "model_id": .init(batch.lines.first?.model), "user_id": "user",
                "error": .init(batch.status == "failed" ? batch.problems.first?.message : nil),
                "created_at": .time(batch.createdAt),
                "completed_at": .time(batch.stamps["completed"]),
                "job_deadline": .time(batch.createdAt + 86_400),
            ]
        },
        showFile: { file in
            file.openAIJSON.keeping(["id", "object", "bytes", "created_at", "filename", "purpose"])
                .setting("FileType", "jsonl").setting("processing_status", file.looks < 2 ? "PENDING" : "COMPLETED")
        })

    /// Its own statuses and counts.
    static let novita = WireDialect(
        root: "/openai/v1", endpoints: ["/v1/chat/completions", "/v1/completions"],
        createMembers: ["input_file_id", "endpoint", "completion_window"], lineMembers: ["custom_id", "body"],
        show: { batch in
            let words = ["in_progress": "PROGRESS", "finalizing": "PROGRESS"]
            let shown = batch.openAIJSON { member, value in
                switch member {
                case "status": .string(words[batch.status] ?? batch.status.uppercased())
                case "created_at": .time(batch.createdAt)
                case "errors" where batch.status == "failed": .string(batch.problems.first?.message ?? "failed")
                case "request_counts", "metadata", "usage", "model": nil
                default: value
                }
            }
            return shown.setting("total", .int(batch.counts?.total ?? 0))
                .setting("completed", .int(batch.counts?.completed ?? 0))
                .setting("failed", .int(batch.counts?.failed ?? 0)).setting("version", 1)
        })

    private static func large(_ word: String) -> String { word.prefix(1).uppercased() + word.dropFirst() }

}
