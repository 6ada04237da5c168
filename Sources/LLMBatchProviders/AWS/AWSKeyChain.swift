package import Foundation
package import LLMBatchCore
import Synchronization

/// Finds keys where they are, keeps them while they are good, and renews them before they end.
package actor AWSKeyChain {
    private let places: [any AWSKeyPlace]
    private let now: @Sendable () -> Date
    private var held: (keys: AWSKeys, since: Date)?
    private var search: Task<Result<AWSKeys, ProviderError>, Never>?
    /// Everything secret that was ever held, to be taken out of what services repeat.
    private nonisolated let secrets = Mutex<[APIKey]>([])

    /// Keys that end are renewed this long before.
    static let margin: TimeInterval = 300
    /// Keys that do not say when they end are looked up again after this: somebody may have renewed them in their file.
    static let rest: TimeInterval = 60

    init(_ places: [any AWSKeyPlace], now: @escaping @Sendable () -> Date = { Date() }) {
        self.places = places
        self.now = now
    }

    /// Where a source leads.
    package init(
        _ source: AWSKeySource, region: String?, environment: AWSEnvironment = .process,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        let standard: [any AWSKeyPlace] = [
            EnvironmentKeys(environment: environment), WebIdentityKeys(environment: environment, region: region),
            ProfileKeys(profile: nil, environment: environment, region: region, now: now),
            ContainerKeys(environment: environment), InstanceKeys(environment: environment),
        ]
        let places: [any AWSKeyPlace] =
            switch source {
            case .standard: standard
            case .profile(let name):
                [ProfileKeys(profile: name, environment: environment, region: region, now: now)]
            case .keys(let id, let secret, let token):
                [GivenKeys(given: AWSKeys(accessKeyID: id, secretAccessKey: secret, sessionToken: token))]
            }
        self.init(places, now: now)
    }

    /// Keys that are good for a while.
    ///
    /// - Throws: `authentication` when there are none, naming the places; what the place that has them met.
    package func keys() async throws(ProviderError) -> AWSKeys {
        if let held, isGood(held) { return held.keys }
        // Calls that come together look once.
        let task = search ?? Task { [places] in await Self.find(places) }
        search = task
        let found = await task.value
        search = nil
        switch found {
        case .success(let keys):
            held = (keys, now())
            secrets.withLock { known in
                known += keys.secrets.filter { new in !known.contains { $0.plain == new.plain } }
            }
            return keys
        case .failure(let error):
            if let held, carries(held.keys, over: error) { return held.keys }
            throw error
        }
    }

    /// Takes all secrets that were ever held out of bytes.
    nonisolated func redacted(_ bytes: [UInt8]) -> [UInt8] {
        secrets.withLock { $0 }.reduce(bytes) { $1.redacted($0) }
    }

    /// Keys that are good for some minutes still carry over whatever troubles their renewal; those without an end only over
    /// what passes, as somebody may have taken them away.
    private func carries(_ keys: AWSKeys, over error: ProviderError) -> Bool {
        keys.expiresAt.map { $0 > now() } ?? error.passes
    }

    private func isGood(_ held: (keys: AWSKeys, since: Date)) -> Bool {
        guard let end = held.keys.expiresAt else { return now().timeIntervalSince(held.since) < Self.rest }
        return end.timeIntervalSince(now()) > Self.margin
    }

    private static func find(_ places: [any AWSKeyPlace]) async -> Result<AWSKeys, ProviderError> {
        do throws(ProviderError) {
            for place in places {
                if let keys = try await place.keys() { return .success(keys) }
            }
            return .failure(.noKeys("there are no AWS keys: looked for \(places.map(\.name).joined(separator: ", "))"))
        } catch {
            return .failure(error)
        }
    }
}
