import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing

/// Every provider of this library, held to the same promises, each against its simulator over real HTTP.
@Suite("Provider conformance", .timeLimit(.minutes(15)))
struct ProviderConformanceTests {
    /// One entry each.
    static let subjects: [ProviderConformance.Subject] =
        [
            subject(.openAI, without: [.translates]) {
                try .openAI(model: $0.model, baseURL: $0.baseURL, apiKey: .value($0.key), options: $0.options)
            },
            subject(.azureOpenAI, without: [.translates]) {
                try .azureOpenAI(model: $0.model, endpoint: $0.origin, apiKey: .value($0.key), options: $0.options)
            },
            subject(.anthropic, without: [.uploads]) {
                try .anthropic(model: $0.model, baseURL: $0.origin, apiKey: .value($0.key), options: $0.options)
            },
            subject(.gemini) {
                try .gemini(model: $0.model, baseURL: $0.origin, apiKey: .value($0.key), options: $0.options)
            },
            subject(.mistral, without: [.fileRace]) {
                try .mistral(model: $0.model, baseURL: $0.origin, apiKey: .value($0.key), options: $0.options)
            },
            subject(.bedrock, model: BedrockTests.claude, without: [.fileRace, .keyIsAccount]) {
                try .bedrock(
                    model: $0.model, bucket: "batches", role: BedrockTests.role, region: "us-east-1",
                    baseURL: $0.origin, keys: .keys(accessKeyID: "AKIASIMULATED", secretAccessKey: $0.key),
                    options: $0.options.merging(["s3-endpoint": $0.origin, "iam-endpoint": $0.origin]) { $1 })
            },
            subject(
                .openRouter,
                without: [.translates, .uploads, .findsUploads, .fileRace, .fullQueue, .resultLines, .counts]
            ) {
                try .openRouter(model: $0.model, baseURL: $0.baseURL, apiKey: .value($0.key), options: $0.options)
            },
            subject(
                .xAI, without: [.translates, .fileRace, .fullQueue, .resultLines, .statusWords, .failsWhole, .counts]
            ) {
                try .xAI(model: $0.model, baseURL: $0.baseURL, apiKey: .value($0.key), options: $0.options)
            },
            subject(.fireworks, without: [.translates, .fileRace, .fullQueue, .statusWords, .counts, .lists]) {
                try .fireworks(
                    model: $0.model, account: "a", baseURL: $0.baseURL, apiKey: .value($0.key), options: $0.options)
            },
            subject(.digitalOcean, without: [.translates, .findsUploads, .fileRace, .fullQueue], make: digitalOcean),
            subject(
                .digitalOcean, model: "claude-one", without: [.findsUploads, .fileRace, .fullQueue],
                make: digitalOcean),
            subject(.vertexAI, without: [.fileRace, .keyIsAccount], make: vertexAI),
            subject(.vertexAI, model: "claude-one", without: [.fileRace, .keyIsAccount], make: vertexAI),
        ]
        + [ProviderSimulator.Kind.groq, .perplexity, .dashScope, .siliconFlow, .deepInfra, .zhipu, .morph, .nebius].map
    {
        compatible($0, without: $0.name == "groq" ? [.pages] : [])
    } + [compatible(.together, without: [.counts, .fullQueue, .pages]), compatible(.novita, without: [.fullQueue])]
        + wrapped

    /// A provider that is wrapped in another one keeps its promises: the service's idempotency above all.
    private static let wrapped: [ProviderConformance.Subject] = [
        subject(
            .digitalOcean, title: "digitalocean, wrapped", without: [.translates, .findsUploads, .fileRace, .fullQueue]
        ) {
            guard case .batch(let provider) = try digitalOcean($0).kind else { throw ProviderError.noBatchProvider }
            return Provider(QuietWrapper(wrapped: provider))
        }
    ]

    /// A wrapper of a user's, of which nothing is changed.
    private struct QuietWrapper: WrappingProvider {
        let wrapped: any BatchProvider
    }

    /// A service that speaks OpenAI's API in its own way.
    private static func compatible(
        _ kind: ProviderSimulator.Kind, without: Set<ProviderConformance.Ability> = []
    ) -> ProviderConformance.Subject {
        subject(kind, without: without.union([.translates])) { connection in
            let service = try #require(CompatibleService.all.first { $0.description.name == kind.name })
            return try .compatible(
                service, model: connection.model, baseURL: connection.baseURL, apiKey: .value(connection.key),
                options: connection.options)
        }
    }

    private static func subject(
        _ kind: ProviderSimulator.Kind, model: String? = nil, title: String? = nil,
        without: Set<ProviderConformance.Ability> = [],
        make: @escaping @Sendable (ProviderConformance.Connection) throws -> Provider
    ) -> ProviderConformance.Subject {
        guard let described = ProviderCatalog.standard.description(of: kind.name) else {
            preconditionFailure("no provider is named \(kind.name)")
        }
        return ProviderConformance.Subject(
            described, simulator: kind, model: model ?? "model-one", title: title ?? model.map { "\(kind.name) \($0)" },
            without: without, make: make)
    }

    @Sendable private static func digitalOcean(_ connection: ProviderConformance.Connection) throws -> Provider {
        try .digitalOcean(
            model: connection.model, baseURL: connection.origin, apiKey: .value(connection.key),
            options: connection.options)
    }

    @Sendable private static func vertexAI(_ connection: ProviderConformance.Connection) throws -> Provider {
        try .vertexAI(
            model: connection.model, bucket: "test-bucket", project: "p", location: "us-central1",
            baseURL: connection.origin, credential: .accessToken(connection.key),
            options: connection.options.merging(["storage-url": connection.origin]) { own, _ in own })
    }

    /// The subjects to run: all, or those whose provider is named in LLMBATCH_PROVIDER.
    private static var chosen: [ProviderConformance.Subject] {
        guard let name = ProcessInfo.processInfo.environment["LLMBATCH_PROVIDER"] else { return subjects }
        return subjects.filter { $0.simulator.name == name }
    }

    @Test(arguments: ProviderConformance.runs(of: chosen))
    func conforms(_ run: ProviderConformance.Run) async throws {
        try await Self.gate.pass { try await run() }
    }

    /// Some at a time: time limits are part of what is tested.
    private static let gate = Gate(width: 6)

    @Test("There are many cases, each with a name of its own")
    func thereAreManyCasesAndEachHasItsOwnName() {
        let names = ProviderConformance.cases.map(\.name)
        #expect(names.count >= 60)
        #expect(Set(names).count == names.count)
        for subject in Self.subjects { #expect(ProviderConformance.cases(for: subject).count >= 60, "\(subject)") }
    }
}

extension ProviderError {
    fileprivate static var noBatchProvider: ProviderError {
        ProviderError(.invalidRequest, delivery: .notSent, message: "not a batch provider")
    }
}

/// Lets so many pass at a time.
private actor Gate {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(width: Int) { free = width }

    func pass(_ body: @Sendable () async throws -> Void) async throws {
        if free > 0 { free -= 1 } else { await withCheckedContinuation { waiting.append($0) } }
        defer { if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() } }
        try await body()
    }
}
