import Foundation
public import LLMBatchCore

extension Provider {
    /// Vertex AI batch inference, for models of Google and Anthropic on Google Cloud.
    ///
    /// - Parameters:
    ///   - model: the model of all requests; nil uses the model named in each body.
    ///   - bucket: the location of requests and answers: `gs://NAME` or `gs://NAME/FOLDER`.
    ///   - project: `GOOGLE_CLOUD_PROJECT`, else the project of the credentials, when nil.
    ///   - location: `GOOGLE_CLOUD_LOCATION` when nil.
    ///   - baseURL: the address without a version; `GOOGLE_VERTEX_BASE_URL`, else the location's own, when nil.
    ///   - credential: the source of the credentials.
    ///   - options: see docs/providers.md.
    /// - Throws: `keyRefused` without credentials, `invalidConfiguration` for invalid settings.
    public static func vertexAI(
        model: String? = nil, bucket: String? = nil, project: String? = nil, location: String? = nil,
        baseURL: String? = nil, credential: GoogleCredentialSource = .standard, options: [String: String] = [:]
    ) throws -> Provider {
        var options = options
        for (name, value) in [("bucket", bucket), ("project", project), ("location", location)] {
            if let value { options[name] = value }
        }
        return try .vertexAI(
            ProviderSettings(
                name: "vertex-ai", model: model, baseURL: baseURL, keySource: credential.stored, options: options),
            credential: credential, environment: ProcessInfo.processInfo.environment)
    }

    /// From stored settings. Missing ones are filled in from the environment, so that they identify the same service anywhere.
    package static func vertexAI(_ settings: ProviderSettings, environment: [String: String]) throws -> Provider {
        try .vertexAI(
            settings, credential: try GoogleCredentialSource(stored: settings.keySource), environment: environment)
    }

    private static func vertexAI(
        _ settings: ProviderSettings, credential: GoogleCredentialSource, environment: [String: String]
    ) throws -> Provider {
        func filled(_ name: String) -> String? { WireReading.filled(environment[name]) }
        var settings = settings
        let options = try ProviderOptions(settings, of: .vertexAI)
        let credentials = try GoogleCredentials.find(
            credential, environment: environment, timeout: try options.seconds("timeout") ?? .seconds(60))
        let place = try VertexLocation(
            project: options.string("project") ?? filled("GOOGLE_CLOUD_PROJECT") ?? credentials.project,
            location: options.string("location") ?? filled("GOOGLE_CLOUD_LOCATION"), bucket: options.string("bucket"),
            baseURL: settings.baseURL ?? filled("GOOGLE_VERTEX_BASE_URL"), storage: options.string("storage-url"),
            version: options.string("api-version"))
        settings.options["project"] = place.project
        settings.options["location"] = place.location
        settings.baseURL = place.service.text == VertexLocation.address(of: place.location) ? nil : place.service.text
        return Provider(try VertexAIBatchProvider(settings, place: place, credential: credentials.credential))
    }
}
