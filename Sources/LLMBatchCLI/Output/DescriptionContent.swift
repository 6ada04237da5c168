import LLMBatch

/// The description of a provider in the form of the JSON contract.
struct DescriptionContent: Encodable {
    let name, title, kind: String
    let limits: LimitsContent?
    let windowSeconds: Int?
    let priceFactor: Double?
    let retentionSeconds: Int?
    let keepsAnswersOnCancel, keepsAnswersOnExpiry: Bool?
    let cancels: Bool
    let recovery: String
    let credentials: [String]
    let options: [String: String]
    let caveats: [String]

    struct LimitsContent: Encodable {
        let requests: Int?
        let minimumRequests: Int
        let bytes: Int?
        let inputs: Int?
        let oneModel: Bool
        let endpoints: [String]
        let ids: IDsContent
    }

    struct IDsContent: Encodable {
        let alphabet: String
        let longest: Int?
        let areOurs: Bool
    }

    init(_ description: ProviderDescription) {
        name = description.name
        title = description.title
        kind = description.kind.rawValue
        limits = description.limits.map { limits in
            LimitsContent(
                requests: limits.requests, minimumRequests: limits.minimumRequests, bytes: limits.bytes,
                inputs: limits.inputs,
                oneModel: limits.oneModel, endpoints: limits.endpoints.map(\.rawValue),
                ids: IDsContent(
                    alphabet: limits.ids.alphabet.rawValue, longest: limits.ids.longest,
                    areOurs: limits.ids.usesGeneratedIDs))
        }
        windowSeconds = description.window
        priceFactor = description.price
        retentionSeconds = description.retention
        keepsAnswersOnCancel = description.keepsAnswersOnCancel
        keepsAnswersOnExpiry = description.keepsAnswersOnExpiry
        cancels = description.cancels
        recovery = description.recovery.rawValue
        credentials = description.credentials
        options = description.options
        caveats = description.caveats
    }
}
