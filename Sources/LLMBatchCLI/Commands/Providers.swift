import ArgumentParser
import LLMBatch

/// Shows the limits, prices and options of the providers.
struct Providers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List providers with their limits, prices and options.",
        discussion: "Limits apply to one provider job; a larger batch is split into several jobs of one attempt.")

    @Argument(help: "A provider, to show with its options and caveats.") var name: String?
    @Flag(help: "Print one JSON object.") var json = false

    private struct Document: Encodable {
        let schemaVersion = BatchDocument.schemaVersion
        let providers: [DescriptionContent]
    }

    func run() async throws {
        let catalog = ProviderCatalog.standard
        guard let name else {
            if json { return try print(catalog.descriptions) }
            for line in DescriptionTable.lines(catalog.descriptions) { try Terminal.print(line) }
            return Terminal.note("llmbatch providers NAME  # shows a provider with its options")
        }
        guard let description = catalog.description(of: name) else {
            throw LLMBatchError(
                .notFound, "unknown provider \"\(name)\".\(catalog.suggestion(for: name))",
                remedy: Remedy("The providers are \(catalog.names.joined(separator: ", "))", .listProviders))
        }
        if json { return try print([description]) }
        for line in DescriptionText(description).lines { try Terminal.print(line) }
    }

    private func print(_ descriptions: [ProviderDescription]) throws {
        try Terminal.print(json: Document(providers: descriptions.map(DescriptionContent.init)))
    }
}
