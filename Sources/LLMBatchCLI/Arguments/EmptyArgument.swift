import LLMBatch

/// Rejects empty arguments, which scripts pass when a variable is not set; no option takes one.
///
/// `--model ""` would name no model, and `--db ""` would open the default store.
enum EmptyArgument {
    /// - Throws: a usage error that names the option.
    static func check(_ arguments: [String]) throws {
        for (index, argument) in arguments.enumerated() {
            if argument == "--" { return }
            let before = index > 0 ? arguments[index - 1] : ""
            if argument.isEmpty {
                throw empty(before.hasPrefix("-") && before != "-" ? before : "an argument")
            }
            if argument.hasPrefix("--"), argument.hasSuffix("="), !before.hasPrefix("--") {
                throw empty(String(argument.dropLast()))
            }
        }
    }

    private static func empty(_ what: String) -> LLMBatchError {
        LLMBatchError(
            .usage, "\(what) is empty",
            remedy:
                "If it comes from a variable, check that the variable is set. Leave the option out or give it a value")
    }
}
