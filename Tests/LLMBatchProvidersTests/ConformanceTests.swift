import LLMBatch
import LLMBatchTesting
import Testing

/// Every provider of this library, held to the same promises, each against its simulator over real HTTP.
@Suite("Provider conformance", .serialized, .timeLimit(.minutes(10)))
struct ProviderConformanceTests {
    /// One entry each.
    static let subjects: [ProviderConformance.Subject] = [
        subject("openai", .openAI, without: [.translates]) {
            try .openAI(model: $0.model, baseURL: $0.origin + "/v1", apiKey: .value($0.key), options: $0.options)
        },
        subject("gemini", .gemini, without: []) {
            try .gemini(model: $0.model, baseURL: $0.origin, apiKey: .value($0.key), options: $0.options)
        },
        subject("vertex-ai", .vertexAI, without: [.fileRace, .keyAccounts], make: vertexAI),
        subject("vertex-ai", .vertexAI, model: "claude-one", without: [.fileRace, .keyAccounts], make: vertexAI),
        subject("anthropic", .anthropic, without: [.uploads]) {
            try .anthropic(model: $0.model, baseURL: $0.origin, apiKey: .value($0.key), options: $0.options)
        },
        subject("mistral", .mistral, without: [.fileRace]) {
            try .mistral(model: $0.model, baseURL: $0.origin, apiKey: .value($0.key), options: $0.options)
        },
    ]

    private static func subject(
        _ name: String, _ kind: ProviderSimulator.Kind, model: String? = nil,
        without: Set<ProviderConformance.Ability>,
        make: @escaping @Sendable (ProviderConformance.Connection) throws -> Provider
    ) -> ProviderConformance.Subject {
        guard let described = ProviderCatalog.standard.descriptions.first(where: { $0.name == name }) else {
            preconditionFailure("no provider is named \(name)")
        }
        return ProviderConformance.Subject(
            described, simulator: kind, model: model ?? "model-one", title: model.map { "\(name) \($0)" },
            without: without, make: make)
    }

    @Sendable private static func vertexAI(_ connection: ProviderConformance.Connection) throws -> Provider {
        try .vertexAI(
            model: connection.model, bucket: "test-bucket", project: "p", location: "us-central1",
            baseURL: connection.origin, credential: .accessToken(connection.key),
            options: connection.options.merging(["storage-url": connection.origin]) { own, _ in own })
    }

    @Test(arguments: ProviderConformance.runs(of: subjects))
    func conforms(_ run: ProviderConformance.Run) async throws {
        try await run()
    }

    @Test func thereAreManyCasesAndEachHasItsOwnName() {
        let names = ProviderConformance.cases.map(\.name)
        #expect(names.count >= 60)
        #expect(Set(names).count == names.count)
        for subject in Self.subjects { #expect(ProviderConformance.cases(for: subject).count >= 60, "\(subject)") }
    }
}
