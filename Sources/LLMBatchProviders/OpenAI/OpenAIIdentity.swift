import Foundation
import LLMBatchCore

/// The organization and project that a call is made for.
struct OpenAIIdentity {
    static let options = [
        "organization": "the OpenAI organization to bill; OPENAI_ORG_ID by default",
        "project": "the OpenAI project of the usage; OPENAI_PROJECT_ID by default",
    ]

    let organization: String?
    let project: String?

    init(_ options: ProviderOptions) {
        organization = options.string("organization")
        project = options.string("project")
    }

    /// The settings with missing options taken from the variables of OpenAI's own client.
    static func settled(_ settings: ProviderSettings) -> ProviderSettings {
        var settings = settings
        settings.options = settings.options.filling("organization", from: "OPENAI_ORG_ID")
            .filling("project", from: "OPENAI_PROJECT_ID")
        return settings
    }

    var headers: [(String, String)] {
        [("OpenAI-Organization", organization), ("OpenAI-Project", project)].compactMap { name, value in
            value.map { (name, $0) }
        }
    }

    func account(_ provider: String, service: ServiceURL, key: APIKey?) -> ProviderAccount {
        ProviderAccount(
            provider: provider, baseURL: service.text, organization: organization, project: project,
            keyFingerprint: key?.fingerprint)
    }
}

extension [String: String] {
    /// With a missing option taken from an environment variable, if that is set.
    func filling(_ option: String, from variable: String) -> [String: String] {
        guard self[option] == nil, let value = ProcessInfo.processInfo.environment[variable], !value.isEmpty else {
            return self
        }
        return merging([option: value]) { given, _ in given }
    }
}
