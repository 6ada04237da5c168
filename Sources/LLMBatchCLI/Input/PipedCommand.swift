import LLMBatch

/// Completes the advice on a file that must be converted first: the conversion, piped into the command as typed.
enum PipedCommand {
    /// Reads a file; in the remedy of an error, the command as typed reads the output of the conversion.
    static func hinted<Value>(
        _ file: String, format: String? = nil, _ work: () async throws -> Value
    ) async throws -> Value {
        do { return try await work() } catch let error as LLMBatchError where file != "-" {
            var completed = LLMBatchError(
                error.code, error.message, remedy: error.remedy.map { piped($0, file, format) }, kind: error.kind)
            completed.batch = error.batch
            throw completed
        }
    }

    /// The remedy with its conversions piped into the command as typed, if that command reads their output.
    private static func piped(_ remedy: Remedy, _ file: String, _ format: String?) -> Remedy {
        var commands: [String] = []
        var steps: [Remedy.Step] = []
        for step in remedy.steps {
            guard case .convert(let shell, let reader) = step, let options = options(reader, format) else {
                steps.append(step)
                continue
            }
            commands.append("\(shell) | \(Terminal.command(reading: file, adding: options))")
        }
        guard !commands.isEmpty else { return remedy }
        let advice = remedy.advice.map { $0.hasSuffix(":") ? $0 : $0 + ":" }
        return Remedy(([advice].compactMap(\.self) + commands).joined(separator: "\n"), steps: steps)
    }

    /// The value that an option was typed with.
    private static func value(of option: String) -> String? {
        let words = CommandLine.arguments
        if let index = words.firstIndex(of: option), index + 1 < words.count { return words[index + 1] }
        return words.first { $0.hasPrefix("\(option)=") }.map { String($0.dropFirst(option.count + 1)) }
    }

    /// The options that the command needs to read the output of a conversion; nil if it cannot read that.
    private static func options(_ reader: Remedy.Reader, _ format: String?) -> [(String, String)]? {
        let isJob = CommandLine.arguments.dropFirst().first == "job"
        switch reader {
        // Only its user knows which service the bodies are for.
        case .requests(native: true, _) where value(of: "--provider") == nil: return nil
        case .requests(let native, let needsModel) where !isJob:
            let options = [("--native", native ? "" : nil), ("--model", needsModel ? "MODEL" : nil)]
            return options.compactMap { name, value in value.map { (name, $0) } }
        case .rows(nil): return format.map { [("--format", $0)] } ?? []
        default: return nil
        }
    }
}
