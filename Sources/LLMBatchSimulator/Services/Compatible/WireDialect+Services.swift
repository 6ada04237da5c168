import Foundation

extension WireDialect {
    /// A new file is checked first; absent members are empty; statuses are in capitals; counts come late.
    static let azure = WireDialect(
        root: "/openai/v1", versionedRoot: "/openai", keyHeader: "api-key",
        endpoints: ["/v1/chat/completions", "/v1/responses", "/chat/completions"],
        lifetimeFields: (seconds: "expires_after.seconds", anchor: "expires_after.anchor"),
        lifetimes: 1_209_600...2_592_000, mostLines: 100_000, fileLooksUntilReady: 2, hasLineIDs: false,
        show: { batch in
            batch.shown { member, value in
                switch (member, value) {
                case ("output_file_id", .null), ("error_file_id", .null): ""
                case ("status", .string(let word)): .string(large(word))
                case ("created_at", .int(let seconds)), ("expires_at", .int(let seconds)):
                    .string(iso(seconds))
                case ("request_counts", _) where batch.counts == nil: ["total": nil, "completed": nil, "failed": nil]
                case ("model", _), ("usage", _): nil
                default: value
                }
            }
        },
        showFile: { file, looks in file.json.setting("status", looks < 2 ? "pending" : "processed") })

    /// Lists have no pages; a file has no status.
    static let groq = WireDialect(
        root: "/openai/v1", endpoints: ["/v1/chat/completions"],
        createMembers: ["input_file_id", "endpoint", "completion_window", "metadata"],
        windows: ["24h", "2d", "3d", "5d", "7d"], lists: .whole,
        show: { batch in batch.shown { $0 == "usage" || $0 == "model" ? nil : $1 } },
        showFile: { file, _ in file.json.keeping(["id", "object", "bytes", "created_at", "filename", "purpose"]) })

    /// Like OpenAI's, with two endpoints and larger files. Settings of a batch can replace those of its requests.
    static let nebius = WireDialect(
        endpoints: ["/v1/chat/completions", "/v1/embeddings"],
        createMembers: ["input_file_id", "endpoint", "completion_window", "metadata", "override_settings"],
        mostLines: 5_000_000, usualPage: 10,
        show: { batch in
            batch.shown { member, value in
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
            let isDone = FinalStatus.all.contains(batch.status)
            let word = ["cancelling": "IN_PROGRESS", "finalizing": "IN_PROGRESS"][batch.status]
            return [
                "id": .string(batch.id), "status": .string(word ?? batch.status.uppercased()),
                "progress": isDone ? 100 : 0, "endpoint": .string(batch.endpoint),
                "input_file_id": .string(batch.inputFileID), "output_file_id": .init(batch.outputFileID),
                "error_file_id": .init(batch.errorFileID), "file_size_bytes": 1,
                "model_id": .init(batch.lines.first?.model), "user_id": "user",
                "error": .init(batch.status == "failed" ? batch.problems.first?.message : nil),
                "created_at": .string(iso(batch.createdAt)),
                "completed_at": .init(batch.stamps["completed"].map { iso($0) }),
                "job_deadline": .string(iso(batch.createdAt + 86_400)),
            ]
        },
        showFile: { file, looks in
            file.json.keeping(["id", "object", "bytes", "created_at", "filename", "purpose"])
                .setting("FileType", "jsonl").setting("processing_status", looks < 2 ? "PENDING" : "COMPLETED")
        })

    /// Its own statuses and counts.
    static let novita = WireDialect(
        root: "/openai/v1", endpoints: ["/v1/chat/completions", "/v1/completions"],
        createMembers: ["input_file_id", "endpoint", "completion_window"], lineMembers: ["custom_id", "body"],
        show: { batch in
            let words = ["in_progress": "PROGRESS", "finalizing": "PROGRESS"]
            let shown = batch.shown { member, value in
                switch member {
                case "status": .string(words[batch.status] ?? batch.status.uppercased())
                case "created_at": .string(iso(batch.createdAt))
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

    private static func iso(_ seconds: Int) -> String {
        Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601)
    }
}

extension SimulatedBatchState {
    /// The batch in OpenAI's format, each member changed by `change`; nil removes a member.
    func shown(_ change: (String, WireJSON) -> WireJSON?) -> WireJSON {
        guard case .object(let members) = json else { return json }
        return .object(members.compactMap { member in change(member.0, member.1).map { (member.0, $0) } })
    }
}

extension WireJSON {
    /// The object with this member set.
    func setting(_ name: String, _ value: WireJSON) -> WireJSON {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { $0.0 != name } + [(name, value)])
    }

    /// The object with only these members.
    func keeping(_ names: Set<String>) -> WireJSON {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { names.contains($0.0) })
    }
}
