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
            throw ValidationError("--endpoint is one of \(Endpoint.known.map(\.rawValue).joined(separator: ", ")).")
        }
    }

    /// Works on the batch of this file: the one that is there already under its name or content, else a new one, which is
    /// kept only if its provider can take it.
    func withBatch(
        in storage: SQLiteStorage, provider arguments: WorkArguments, _ work: (Batch) async throws -> Void
    ) async throws {
        let (batch, isNew) = try await FileTurn.taking(file) {
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
            Terminal.say(Self.resuming(existing))
            return (try await resumption.batch(existing.id), false)
        }
        arguments.provider.announce()
        let provider = try ProviderCatalog.standard.provider(try arguments.settings())
        if !arguments.reuse { try await resumption.mention(source, provider.settings) }
        let batch = try await Batch.create(
            source, provider: provider, storage: storage, name: name,
            metadata: Dictionary(try pairs(metadata, of: "--metadata"), uniquingKeysWith: { _, last in last }))
        for line in try await ProviderWarnings.ofModels(batch) { Terminal.say(line) }
        return (batch, true)
    }

    /// What is said where the batch is there already.
    private static func resuming(_ record: BatchRecord) -> String {
        let name = record.name.map { " \"\($0)\"" } ?? ""
        return record.status == .cancelled
            ? "This file is batch \(record.id)\(name), which was cancelled; nothing is sent (--new submits it again)."
            : "Resuming batch \(record.id)\(name), made from the same file (--new starts over)."
    }

    private func source() throws -> RequestSource {
        let known = endpoint.map(Endpoint.init)
        return file == "-" ? try .standardInput(endpoint: known) : try .opened(file, endpoint: known)
    }

    /// The batch that this file is already; nil when it is to be made, which is explained where there is one like it.
    private func existing(_ source: RequestSource, _ resumption: Resumption) async throws -> BatchRecord? {
        if let name, let record = try await resumption.storage.batches(BatchQuery(name: name, limit: 1)).elements.first
        {
            guard !alwaysNew else { throw LLMBatchError.nameInUse(name, by: record.id) }
            try await check(record, against: source, resumption)
            return record
        }
        guard name == nil, !alwaysNew else { return nil }
        let wanted = try resumption.settled(try resumption.choice.settings())
        let earlier = EarlierBatch(
            in: resumption.storage, content: try await source.contentSHA256(), settings: wanted.settings,
            isSettled: wanted.isSettled)
        switch try await earlier.find(where: resumption.isTrusted) {
        case .same(let record, let differences):
            try resumption.checkAccount(record, differences)
            return record
        case .other(let record, let differences):
            Terminal.say(Resumption.note(of: record, differences))
            return nil
        case .nothing:
            if try await resumption.hasImported(earlier) { Terminal.say(Resumption.importedNote) }
            return nil
        }
    }

    /// The same name must mean the same requests, asked of the same provider in the same way.
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
            command: Terminal.command(without: ["--name", "--db"]))
    }
}

extension LLMBatchError {
    /// A new batch was asked for under a name that another one has.
    static func nameInUse(_ name: String, by id: BatchID) -> LLMBatchError {
        LLMBatchError(
            .nameTaken, "the name \"\(name)\" is taken by batch \(id)",
            hint: "A new one (--new) needs another --name\nllmbatch watch \(id)  # resumes the one that is there")
    }

    /// A name stands for a batch that came in a file, whose answers anybody may have written.
    static func imported(_ record: BatchRecord) -> LLMBatchError {
        LLMBatchError(
            .nameTaken,
            "the batch named \"\(record.name ?? "")\" was imported, so its answers are not taken for this file's",
            hint: "If you trust the file that it came in: add --reuse-imported\n"
                + "llmbatch watch \(record.id)  # resumes it as it is")
    }

    /// A name stands for a batch that differs from what is asked for now.
    static func differs(
        _ file: String, from record: BatchRecord, isSameContent: Bool,
        _ differences: [ProviderIdentity.Difference], command: String
    ) -> LLMBatchError {
        let name = record.name ?? ""
        let settings =
            differences.isEmpty ? "" : "the batch named \"\(name)\" was made with other settings: \(differences.words)"
        let another = StoreArguments.quoted(name + "-2")
        var hints = ["llmbatch watch \(record.id)  # resumes the batch as it is"]
        if isSameContent {
            let changes = differences.compactMap(\.argument).joined(separator: " ")
            if record.counts[.succeeded] < record.counts.requested {
                hints.append(
                    "llmbatch retry \(record.id) \(changes) --wait  # once it has ended, asks what failed with the new settings"
                )
            }
            hints.append("\(command) --name \(another)  # makes a new batch")
            return LLMBatchError(.nameTaken, settings, hint: hints.joined(separator: "\n"))
        }
        hints.append("\(command) --name \(another) --reuse  # makes a new batch and pays only for what changed")
        let content = "\(file) differs from the requests of the batch named \"\(name)\""
        return LLMBatchError(
            .nameTaken, content + (settings.isEmpty ? "" : "; \(settings)"), hint: hints.joined(separator: "\n"))
    }
}

extension ProviderIdentity.Difference {
    /// The argument that asks for the value here; nil where none does.
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
