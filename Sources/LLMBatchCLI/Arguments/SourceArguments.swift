import ArgumentParser
import Foundation
import LLMBatch

/// The file of a batch and what it is to be called: what run and submit have in common.
struct SourceArguments: ParsableArguments {
    @Argument(help: "A JSONL file of requests: OpenAI batch lines or bare bodies; - for standard input.")
    var file: String

    @Option(help: "A name for the batch, unique in the store. The same name is the same batch.")
    var name: String?

    @Option(help: "The endpoint of lines that name none, for example /v1/embeddings.")
    var endpoint: String?

    @Option(help: "A label, key=value; may be given again.")
    var metadata: [String] = []

    @Flag(help: "Only make the batch; send nothing.")
    var draft = false

    @Flag(name: .customLong("new"), help: "Make a new batch even if there is one of the same content.")
    var alwaysNew = false

    func validate() throws {
        _ = try pairs(metadata, of: "--metadata")
        if let endpoint { try Self.check(endpoint: endpoint) }
    }

    static func check(endpoint: String) throws {
        guard Endpoint.known.contains(Endpoint(rawValue: endpoint)) else {
            throw ValidationError("--endpoint is one of \(Endpoint.known.map(\.rawValue).joined(separator: ", ")).")
        }
    }

    /// Works on the batch of this file: the one that is there already under its name or content, else a new one, which is
    /// kept only if its provider can take it.
    func withBatch(
        in storage: SQLiteStorage, provider arguments: WorkArguments, _ work: (Batch) async throws -> Void
    ) async throws {
        let (batch, isNew) = try await FileTurn.taking(file) { try await self.batch(in: storage, arguments) }
        Interruption.resume(with: "llmbatch watch \(batch.id)\(StoreArguments.suffix)")
        let driven = arguments.apply(to: batch)
        try await RefusedDraft.removing(driven, isNew: isNew) { try await work(driven) }
    }

    private func batch(in storage: SQLiteStorage, _ arguments: WorkArguments) async throws -> (Batch, isNew: Bool) {
        let source = try source()
        if let existing = try await existing(source, in: storage, arguments) {
            let name = existing.name.map { " \"\($0)\"" } ?? ""
            Terminal.say("This is batch \(existing.id)\(name); going on with it (--new makes another).")
            let reference = BatchReference(text: existing.id.rawValue)
            return (try await reference.find(in: storage, provider: arguments), false)
        }
        arguments.provider.announce()
        let provider = try ProviderCatalog.standard.provider(try arguments.settings())
        let batch = try await Batch.create(
            source, provider: provider, storage: storage, name: name,
            metadata: Dictionary(try pairs(metadata, of: "--metadata"), uniquingKeysWith: { _, last in last }))
        for line in try await ProviderWarnings.ofModels(batch) { Terminal.say(line) }
        return (batch, true)
    }

    private func source() throws -> RequestSource {
        let known = endpoint.map(Endpoint.init)
        return file == "-" ? try .standardInput(endpoint: known) : try .opened(file, endpoint: known)
    }

    private func existing(
        _ source: RequestSource, in storage: SQLiteStorage, _ arguments: WorkArguments
    ) async throws -> BatchRecord? {
        if let name, let record = try await storage.batches(BatchQuery(name: name, limit: 1)).elements.first {
            guard !alwaysNew else { throw LLMBatchError.nameInUse(name, by: record.id) }
            try await check(record, against: source, arguments)
            return record
        }
        guard name == nil, !alwaysNew else { return nil }
        let wanted = try arguments.settings()
        let query = BatchQuery(
            provider: wanted.name, contentSHA256: try await source.contentSHA256(),
            isImported: arguments.reuseImported ? nil : false)
        let found = try await storage.batches(query).elements.filter { $0.provider.model == wanted.model }
        // One that has a name would be asked, and paid for, once more.
        return found.first { $0.name == nil } ?? found.first
    }

    /// The same name must mean the same requests and the same provider.
    private func check(_ record: BatchRecord, against source: RequestSource, _ arguments: WorkArguments)
        async throws
    {
        if try await source.contentSHA256() != record.contentSHA256 {
            throw LLMBatchError(
                .nameTaken, "\(file) differs from the requests of the batch named \"\(record.name ?? "")\"",
                hint: "Choose another --name for the changed file, or go on with llmbatch watch \(record.id)")
        }
        if let provider = arguments.provider.provider, provider != record.provider.name {
            throw LLMBatchError(
                .nameTaken,
                "the batch named \"\(record.name ?? "")\" was made for \(record.provider.name), not \(provider)",
                hint:
                    "Choose another --name, or move what did not succeed: llmbatch retry \(record.id) --provider \(provider)"
            )
        }
    }
}

extension LLMBatchError {
    /// A new batch was asked for under a name that another one has.
    static func nameInUse(_ name: String, by id: BatchID) -> LLMBatchError {
        LLMBatchError(
            .nameTaken, "the name \"\(name)\" is taken by batch \(id)",
            hint: "A new one (--new) needs another --name; llmbatch watch \(id) goes on with the one that is there")
    }
}
