import ArgumentParser
import Foundation
import LLMBatch

/// The input file and name of a batch, common to run and submit.
struct SourceArguments: ParsableArguments {
    @Argument(help: "A JSONL file of requests (OpenAI batch lines or bare bodies); - for standard input.")
    var file: String

    @Option(help: "A name for the batch, unique in the store; reusing it resumes the same batch.")
    var name: String?

    @Option(help: "The endpoint for lines that name none, for example /v1/embeddings.")
    var endpoint: String?

    @Option(help: "A label, key=value; repeatable.")
    var metadata: [String] = []

    @Flag(help: "Create the batch without submitting it.")
    var draft = false

    @Flag(name: .customLong("new"), help: "Create a new batch even if the same file was run before.")
    var alwaysNew = false

    func validate() throws {
        _ = try pairs(metadata, of: "--metadata")
        if let endpoint { try Self.check(endpoint: endpoint) }
    }

    static func check(endpoint: String) throws {
        guard Endpoint.known.contains(Endpoint(rawValue: endpoint)) else {
            throw ValidationError(
                "--endpoint must be one of \(Endpoint.known.map(\.rawValue).joined(separator: ", ")).")
        }
    }

    /// Works on the batch of this file: the existing one of its name or content, else a new one, which is kept only if its
    /// provider accepts it.
    func withBatch(
        in storage: SQLiteStorage, provider arguments: WorkArguments, _ work: (Batch) async throws -> Void
    ) async throws {
        let (batch, isNew) = try await FileLock.taking(file) {
            try await PipedCommand.hinted(file) { try await self.batch(in: storage, arguments) }
        }
        Interruption.resume(with: "llmbatch watch \(batch.id)\(StoreArguments.suffix)")
        let driven = arguments.apply(to: batch)
        try await RefusedDraft.removing(driven, isNew: isNew) { try await work(driven) }
    }

    private func batch(in storage: SQLiteStorage, _ arguments: WorkArguments) async throws -> (Batch, isNew: Bool) {
        let source = try source()
        let resumption = Resumption(storage: storage, choice: arguments)
        if let existing = try await existing(source, resumption) {
            Terminal.note(Self.resuming(existing))
            return (try await resumption.batch(existing.id), false)
        }
        arguments.provider.announce()
        let provider = try ProviderCatalog.standard.provider(try arguments.settings())
        if !arguments.reuse { try await resumption.mention(source, provider.settings) }
        let batch = try await Batch.create(
            source, provider: provider, storage: storage, name: name,
            metadata: Dictionary(try pairs(metadata, of: "--metadata"), uniquingKeysWith: { _, last in last }))
        for line in try await ProviderWarnings.ofModels(batch) { Terminal.note(line) }
        return (batch, true)
    }

    /// The note shown for an existing batch.
    private static func resuming(_ record: BatchRecord) -> String {
        let name = record.name.map { " \"\($0)\"" } ?? ""
        return record.status == .cancelled
            ? "Batch \(record.id)\(name), created from this file, was cancelled; nothing is sent (--new submits the file again)."
            : "Resuming batch \(record.id)\(name), created from the same file (--new starts over)."
    }

    private func source() throws -> RequestSource {
        let known = endpoint.map(Endpoint.init)
        return file == "-" ? try .standardInput(endpoint: known) : try .opened(file, endpoint: known)
    }

    /// The existing batch of this file; nil if a new one is needed, with a note if a similar one exists.
    private func existing(_ source: RequestSource, _ resumption: Resumption) async throws -> BatchRecord? {
        if let name, let record = try await resumption.storage.batches(BatchQuery(name: name, limit: 1)).elements.first
        {
            guard !alwaysNew else { throw LLMBatchError.nameInUse(name, by: record.id) }
            try await check(record, against: source, resumption)
            return record
        }
        guard name == nil, !alwaysNew, try await EarlierBatch.mayExist(of: source, in: resumption.storage) else {
            return nil
        }
        let wanted = try resumption.settled(try resumption.choice.settings())
        let earlier = EarlierBatch(
            in: resumption.storage, content: try await source.contentSHA256(), settings: wanted.settings,
            isSettled: wanted.isSettled)
        switch try await earlier.find(where: resumption.isTrusted) {
        case .same(let record, let differences):
            try resumption.checkAccount(record, differences)
            return record
        case .other(let record, let differences):
            Terminal.note(Resumption.note(of: record, differences))
            return nil
        case .nothing:
            if try await resumption.hasImported(earlier) { Terminal.note(Resumption.importedNote) }
            return nil
        }
    }

    /// The same name must stand for the same requests, provider and settings.
    ///
    /// - Throws: `nameTaken` with each difference, `accountChanged`.
    private func check(_ record: BatchRecord, against source: RequestSource, _ resumption: Resumption) async throws {
        let isSameContent = try await source.contentSHA256() == record.contentSHA256
        let differences = try await resumption.differences(from: record)
        if isSameContent, differences.allSatisfy(\.isOfAccount) {
            guard resumption.isTrusted(record) else { throw LLMBatchError.imported(record) }
            return try resumption.checkAccount(record, differences)
        }
        throw LLMBatchError.differs(
            file, from: record, isSameContent: isSameContent, differences,
            command: Terminal.command(without: ["--name"]))
    }
}

extension LLMBatchError {
    /// A new batch was requested under a name that another one has.
    static func nameInUse(_ name: String, by id: BatchID) -> LLMBatchError {
        LLMBatchError(
            .nameTaken, "the name \"\(name)\" is taken by batch \(id)",
            remedy: Remedy(
                "To create a new one, give another --name\n"
                    + RemedyText.command("watch \(id)", "resumes the existing one")))
    }

    /// A name stands for an imported batch, whose answers anyone may have written.
    static func imported(_ record: BatchRecord) -> LLMBatchError {
        LLMBatchError(
            .nameTaken,
            "the batch named \"\(record.name ?? "")\" was imported, so its answers are not used for this file",
            remedy: Remedy(
                "If you trust the file it came from, add --reuse-imported\n"
                    + RemedyText.command("watch \(record.id)", "resumes it as it is")))
    }

    /// A name stands for a batch that differs from this request.
    static func differs(
        _ file: String, from record: BatchRecord, isSameContent: Bool,
        _ differences: [ProviderIdentity.Difference], command: String
    ) -> LLMBatchError {
        let name = record.name ?? ""
        let settings =
            differences.isEmpty
            ? "" : "the batch named \"\(name)\" was created with other settings: \(differences.list)"
        let another = StoreArguments.quoted(name + "-2")
        var hints = [RemedyText.command("watch \(record.id)", "resumes the batch as it is")]
        if isSameContent {
            let changes = differences.compactMap(\.argument).joined(separator: " ")
            if record.counts[.succeeded] < record.counts.requested {
                hints.append(
                    RemedyText.command(
                        "retry \(record.id) \(changes) --wait",
                        "once it has ended, retries what failed with the new settings")
                )
            }
            hints.append("\(command) --name \(another)  # creates a new batch")
            return LLMBatchError(.nameTaken, settings, remedy: Remedy(hints.joined(separator: "\n")))
        }
        hints.append("\(command) --name \(another) --reuse  # creates a new batch and pays only for what changed")
        let content = "\(file) differs from the requests of the batch named \"\(name)\""
        return LLMBatchError(
            .nameTaken, content + (settings.isEmpty ? "" : "; \(settings)"),
            remedy: Remedy(hints.joined(separator: "\n")))
    }
}

extension ProviderIdentity.Difference {
    /// The argument that sets the value given here; nil if there is none.
    var argument: String? {
        guard let here else { return nil }
        let value = StoreArguments.quoted(here)
        return switch subject {
        case .provider: "--provider \(value)"
        case .address: "--base-url \(value)"
        case .model: "--model \(value)"
        case .option(let name), .account(let name): "--option \(StoreArguments.quoted("\(name)=\(here)"))"
        }
    }
}
