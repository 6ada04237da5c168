import LLMBatch

/// A remedy as lines for a terminal: sentences, and commands to type for this store.
struct RemedyText {
    let remedy: Remedy

    /// A command for this store, with its effect.
    static func command(_ words: String, _ effect: String) -> String {
        "llmbatch \(words)\(StoreArguments.suffix)  # \(effect)"
    }

    /// The lines: the advice with the arguments to give, then one command per line.
    var lines: [String] {
        let arguments = remedy.steps.compactMap { if case .give(let argument) = $0 { argument } else { nil } }
        let variables = arguments.compactMap(Self.export)
        var sentences = (remedy.advice ?? "").split(separator: "\n").map(String.init)
        Self.add(arguments.filter { Self.export($0) == nil }, to: &sentences)
        let isRepeated = remedy.steps.contains(.again)
        if isRepeated, variables.isEmpty { Self.add("Run the same command again", to: &sentences) }
        if !variables.isEmpty, let last = sentences.popLast() {
            sentences.append(
                arguments.count > variables.count ? "\(last), or set the environment variable:" : "\(last):")
        }
        // A command that needs an introduction gets a colon before it.
        if remedy.steps.contains(where: Self.isIntroduced), let last = sentences.popLast() {
            sentences.append(last.hasSuffix(":") ? last : last + ":")
        }
        let repetition = isRepeated && !variables.isEmpty ? ["Then run the same command again"] : []
        return sentences + variables + repetition + remedy.steps.compactMap(command)
    }

    /// The same as one text.
    var text: String { lines.joined(separator: "\n") }

    /// Adds a sentence to the last line of the advice.
    private static func add(_ sentence: String, to sentences: inout [String]) {
        sentences.append(sentences.popLast().map { "\($0). \(sentence)" } ?? sentence)
    }

    /// Adds arguments to the advice: an alternative to its last sentence, or a sentence of their own.
    private static func add(_ arguments: [Remedy.Argument], to sentences: inout [String]) {
        guard let first = arguments.first else { return }
        let clauses = arguments.map(clause).joined(separator: ", or ")
        guard let last = sentences.popLast() else { return sentences.append(clauses.capitalizedFirst) }
        sentences.append(isAlternative(first) ? "\(last), or \(clauses)" : "\(last). \(clauses.capitalizedFirst)")
    }

    /// True for an argument that insists on what the advice avoids.
    private static func isAlternative(_ argument: Remedy.Argument) -> Bool {
        switch argument {
        case .replacing, .otherAccount, .fork: true
        default: false
        }
    }

    private static func isIntroduced(_ step: Remedy.Step) -> Bool {
        switch step {
        case .convert, .run, .runTypedJob, .importFile: true
        default: false
        }
    }

    /// The command that sets an environment variable; nil for other arguments.
    private static func export(_ argument: Remedy.Argument) -> String? {
        guard case .variable(let name, let example) = argument else { return nil }
        return "export \(name)=\(example)"
    }

    /// How to give an argument, as a clause.
    private static func clause(_ argument: Remedy.Argument) -> String {
        switch argument {
        case .model: "add --model NAME"
        case .key: "name the key with --api-key-env NAME or --api-key-file PATH"
        case .option(let name, let example): "add --option \(name)=\(example)"
        case .baseURL(let example): "add --base-url \(example)"
        case .variable(let name, let example): "set \(name)=\(example)"
        case .endpoint: "add --endpoint PATH"
        case .providerJob: "choose one with --job NUMBER"
        case .store: "name another store with --db FILE"
        case .replacing: "replace it with --force"
        case .otherAccount: "add --accept-account to insist"
        case .fork: "create a second job with --fork"
        case .delimiter(let names): "add " + names.map { "--delimiter \($0)" }.joined(separator: " or ")
        case .encoding(let names): "add --encoding \(names.joined(separator: " or "))"
        case .format(let name): "add --format \(name)"
        }
    }

    /// A step as a command, with its effect; nil for an argument.
    private func command(_ step: Remedy.Step) -> String? {
        func line(_ words: String, _ effect: String) -> String { Self.command(words, effect) }
        func job(_ index: Int) -> String { index == 1 ? "" : " --job \(index)" }
        switch step {
        case .wait(let id): return line("watch \(id)", "finishes it")
        case .showStatus(let id): return line("status \(id)", "shows what is known")
        case .showResults(let id): return line("results \(id)", "prints its results")
        case .reconcile(let id): return line("reconcile \(id)", "searches for the job at the provider again")
        case .adopt(let id, let remoteID, let index, let force):
            return line(
                "adopt \(id) \(remoteID.map(ShellWord.quoted) ?? "REMOTE-ID")\(job(index))\(force ? " --force" : "")",
                force ? "links it anyway" : "links it to that job at the provider")
        case .resubmit(let id, let index):
            return line("resubmit \(id)\(job(index))", "submits it again; it may be billed twice")
        case .cancel(let id): return line("cancel \(id)", "cancels what is open")
        case .retry(let id, let outcomes, let provider):
            let which = outcomes.isEmpty ? "" : " --outcome \(outcomes.map(\.rawValue).joined(separator: ","))"
            let place = provider.map { " --provider \(ShellWord.quoted($0)) --model NAME" } ?? ""
            return line("retry \(id) --wait\(which)\(place)", "retries what failed")
        case .listBatches: return line("list", "lists the batches of this store")
        case .listProviders: return "llmbatch providers  # lists the providers"
        case .showProvider(let name): return "llmbatch providers \(ShellWord.quoted(name))  # shows its options"
        case .run(let file): return line("run \(ShellWord.quoted(file))", "creates a batch from it")
        case .runTypedJob(let file):
            return line(
                "job run \(ShellWord.quoted(file)) --prompt 'WHAT TO DO WITH A ROW'", "sends a request per row")
        case .importFile(let file): return line("import \(ShellWord.quoted(file))", "imports its batches")
        case .convert(let shell, let reader): return "\(shell) | \(Self.reading(reader))\(StoreArguments.suffix)"
        case .give, .again: return nil
        }
    }

    /// The command that reads standard input.
    private static func reading(_ reader: Remedy.Reader) -> String {
        switch reader {
        case .requests(let native, let needsModel):
            return "llmbatch run -\(native ? " --provider PROVIDER --native" : "")\(needsModel ? " --model MODEL" : "")"
        case .rows(let format):
            return "llmbatch job run - --format \(format ?? "jsonl") --prompt 'WHAT TO DO WITH A ROW'"
        case .portableFile: return "llmbatch import -"
        }
    }
}

extension String {
    /// The text with a capital letter at its start.
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
