// Generated from openapi.json by `npm run api`. Do not edit.

export interface paths {
    "/api/v1/activations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The activations of the account, the newest first. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Activation"][];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Authorises a client program under the Master, from a session that began with the password, given a short while ago.
         *     Every address of the account is told.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Activate"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Activation"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/activations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Removes an activation: its secret opens nothing from now on, and its sessions end. A program may remove its own. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: components["schemas"]["ActivationId"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/activations/{id}/blocked": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Blocks one's own activation, whose sessions end, or unblocks it. A program may block itself; to unblock takes a session
         *     that the password was given in.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: components["schemas"]["ActivationId"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SetBlocked"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/activations/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begins a session by an activation. It may read and write; what changes the account itself takes the password. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["BeginByActivation"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SignedIn"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/activity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What happened to the account, newest first, at most 100. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Activity"][];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The portal's accounts, newest first. */
        get: {
            parameters: {
                query?: {
                    /** @description The last account of the page before. */
                    before?: string;
                    /** @description How many, 1 to 100; 50 unless told. */
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ManagedAccount"][];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/accounts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One of the portal's accounts, with its pending claims and what happened to it. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: components["schemas"]["AccountId"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ManagedAccountDetails"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/accounts/{id}/activations/{activation}/blocked": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Blocks an activation of an account, or unblocks it. Its owner cannot unblock it. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    activation: components["schemas"]["ActivationId"];
                    id: components["schemas"]["AccountId"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SetBlocked"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/accounts/{id}/claims": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Claims an address for somebody. Only who reads that address can confirm it. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: components["schemas"]["AccountId"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AddClaim"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Claim"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/accounts/{id}/claims/{claim}/mail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mails the link of somebody's claim again: a new one, in place of the one before. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    claim: components["schemas"]["ClaimId"];
                    id: components["schemas"]["AccountId"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Claim"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/accounts/{id}/disabled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Disables an account or enables it again; disabling cancels what it had claimed. Administrators cannot disable
         *     themselves, so that one always remains.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: components["schemas"]["AccountId"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SetDisabled"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Invites an address by mail. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Invite"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ManagedAccount"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/programs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The client programs that are in use, with their versions, and the least version of each that may be. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ProgramInUse"][];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/programs/{program}/least-version": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Sets the least version of a program that may be used, or that any may. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    program: components["schemas"]["Program"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SetLeastVersion"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alarms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Says *This wasn't me*: every session of the account ends, every sign-in that has begun, every activation, every claim.
         *     Saying it twice is saying it once, by whichever link that went to the same address before: nobody who has signed in
         *     anew is put out by an old mail.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["LinkToken"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alarms/inspect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What the page behind *This wasn't me* shows. Changes nothing; it is a POST so that the secret stands in no log. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["LinkToken"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AlarmShown"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/aliases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The addresses that the account has, and those that it claims. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Aliases"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/aliases/promote": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes an alias the Master. Takes a password given in the last five minutes; ends the account's other sessions. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Promote"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/aliases/remove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes an alias off the account. Delivered mail stays. Takes a password given in the last half hour. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RemoveAlias"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/blobs/{sha256}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Stores a sealed file under its hash. It may then be named in a message, for a day. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    sha256: components["schemas"]["Sha256"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/octet-stream": number[];
                };
            };
            responses: {
                /** @description it was there already */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description stored */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/certificate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Replaces the caller's certificate by one of the same key that names the addresses that the account has now.
         * @description Whatever does not is `unacceptable`, and changes nothing.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["WriteCertificate"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/certificates/find": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The certificate of a registered address, with that as its one User ID.
         * @description `not-found` alike where nobody has the address, nobody has registered under it, its account is disabled, or its
         *     owner's client has not put it on the certificate yet.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["FindCertificate"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["FoundCertificate"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What changed since. */
        get: {
            parameters: {
                query: {
                    /** @description The last change the client has seen; 0 for none. */
                    since: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Changes"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/claims": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Claims an address: mails its owner a link. Takes a password given in the last half hour.
         * @description Answers the same, after the same work, whatever the address is.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AddClaim"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Claim"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/claims/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Cancels a claim. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: components["schemas"]["ClaimId"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/claims/{id}/mail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mails a claim's link again. The one before is dead from now on. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: components["schemas"]["ClaimId"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Claim"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/claims/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Confirms a claim. Twice is once. */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description the link's secret: without it, and without a session, a body ends at 8 KiB */
                    "Restante-Link"?: components["schemas"]["Bytes"] | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Confirm"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Confirmed"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/claims/inspect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What a confirmation link is about, and what confirming does and takes. Changes nothing; it is a POST so that the
         *     secret stands in no log.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["LinkToken"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ClaimShown"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/claims/prove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Proves the password of the account that has the claimed address, and gets what handing the account over takes.
         * @description The proof is for this one claim, for ten minutes.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ProveOwner"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ProvedOwner"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/claims/refuse": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** *This wasn't me*: ends the claim and records it. Twice is once. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["LinkToken"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/correspondents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Those the caller has exchanged messages with, latest first, at most 20.
         * @description They are found by their name, their address of now, and those that they were last known as: who types an old
         *     address out of habit finds the person.
         */
        get: {
            parameters: {
                query?: {
                    /** @description What name or address begin with; all where it is empty. */
                    prefix?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Correspondent"][];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One page of a folder, newest first. */
        get: {
            parameters: {
                query: {
                    /** @description The last delivery of the page before. */
                    before?: string;
                    /** @description Which folder. */
                    folder: components["schemas"]["Folder"];
                    /** @description How many, 1 to 100; 50 unless told. */
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/deliveries/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One delivery with its body and its Delivery Slip. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: components["schemas"]["DeliveryId"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OpenDelivery"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/deliveries/{id}/files/{sha256}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A sealed file of a message that the caller holds. Takes `Range: bytes=FROM-TO` with one range. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: components["schemas"]["DeliveryId"];
                    sha256: components["schemas"]["Sha256"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/octet-stream": number[];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/deliveries/{id}/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Marks a delivery read or unread. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: components["schemas"]["DeliveryId"];
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SetRead"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/device-links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Asks for a link to be mailed to an address. Answers the same, after the same work, whatever the address is, and however
         *     often it was asked for.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AskDeviceLink"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/device-links/inspect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What the page behind a link shows. Changes nothing; it is a POST so that the secret stands in no log. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["LinkToken"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DeviceLinkShown"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/device-links/redeem": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes the device known that the request comes from, once. Nobody is signed in. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RedeemDeviceLink"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DeviceKnown"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A stream that says when to look for changes.
         * @description Event `change`, its data the number of the last change. It ends with the session. Twenty of an account at once.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/event-stream": string;
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hand-overs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Prepares a hand-over of a program's session. Of no other: a session would never end that could hand itself over. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PrepareHandOver"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["HandOverPrepared"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hand-overs/inspect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Whose session a hand-over begins. Changes nothing; it is a POST so that the token stands in no log. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["HandOverToken"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["HandOver"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/hand-overs/take": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes a hand-over, once: a session begins. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["TakeHandOver"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["HandedOver"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations/inspect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What an invitation link says. Changes nothing; it is a POST so that the secret stands in no log. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["InvitationToken"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Invitation"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations/renew": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Mails a new link to the address that an expired one was for. One that has not expired is good for registering, and
         *     gets no other.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["InvitationToken"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes a message in. Answered once it is stored durably.
         * @description The same `Idempotency-Key` with the same body gets the same answer again and sends nothing twice; with another body,
         *     `idempotency-conflict`. Kept for a day.
         */
        post: {
            parameters: {
                query?: never;
                header: {
                    /** @description 1 to 64 visible ASCII characters */
                    "Idempotency-Key": string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Send"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Sent"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/outlook": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the add-in for Outlook wants to know of its portal. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OutlookInfo"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/parcels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The keyring parcels that wait for the caller, newest first. One may open only with a key out of another. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Parcel"][];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/parcels/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Says that a parcel stands in the stored vault: from then on it is shown to nobody. A person says so and no program,
         *     which might never have stored it; and it stays for a while, should the vault be lost.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: components["schemas"]["ParcelId"];
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/portal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What anybody may know of the portal. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Portal"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/recipients": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The certificates of those a message is to go to.
         * @description A Professional invites addresses that nobody has: their account is made, and the key that their mail will wait under.
         *     They are told once a message was sent, not before. A Guest gets `recipients-not-allowed` alike for an address that
         *     exists and one that does not.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PrepareRecipients"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Recipient"][];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/registrations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The second half: the account begins, and its first session.
         * @description In one transaction: the invited address becomes the Master, the certificate and the vault are stored, and what waited
         *     under custody's key is handed over as a parcel. No message is touched.
         */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description the link's secret: without it a body ends at 8 KiB */
                    "Restante-Link"?: components["schemas"]["Bytes"] | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Register"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SignedIn"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/registrations/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The first half of choosing a password. Changes nothing. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["StartRegistration"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RegistrationStarted"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/separations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes back what was taken over from an account, with that account's password.
         * @description Its addresses are its own again, as they were, and it is in use again where it was joining. What came in for them meanwhile
         *     stays with the account that it was sealed to.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Separate"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Separated"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The session that the request belongs to. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Session"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Signs out: the session's secret and its reload key are gone. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Gives the password again in a session that goes on: what takes a password given just now may follow. The session gets
         *     another secret, so that whoever had found the former one is left behind.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["GivePassword"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PasswordGiven"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The second half: a session, and the vault that it unlocks. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["FinishSignIn"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SignedIn"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sign-ins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The first half of a sign-in.
         * @description An address that nobody has, one that is only invited, and one with an account get answers that cannot be told apart,
         *     after the same work.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["StartSignIn"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SignInStarted"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/vault": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's vault. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Vault"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /**
         * Replaces the version of the vault that `If-Match` names by the next one. What it replaces is kept for a while.
         * @description In a session of a person a revision may be skipped: after a restore, clients know higher ones than the portal does.
         */
        put: {
            parameters: {
                query?: never;
                header: {
                    /** @description the version that is replaced, quoted */
                    "If-Match": string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["WriteVault"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["VaultVersion"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/vaults": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's vaults that were replaced and are kept, newest first: at most 51. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PastVault"][];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/vaults/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One of them, as it was sealed. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    version: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SealedPastVault"];
                    };
                };
                /** @description a problem document (RFC 9457) */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description The signed-in person's own account. */
        Account: {
            /** @description The Master, and the aliases. */
            addresses: components["schemas"]["OwnAddress"][];
            /** @description Whether the person administers the portal. */
            administrator: boolean;
            /**
             * @description The account's certificate as the portal has it. Where its User IDs are not the addresses, the client makes it
             *     anew.
             */
            certificate: components["schemas"]["Bytes"];
            /** @description Its id. */
            id: components["schemas"]["AccountId"];
            /** @description Professional or Guest. */
            kind: components["schemas"]["AccountKind"];
            /** @description The person's name. */
            name: string;
        };
        /**
         * Format: uuid
         * @description A Secure Account. Never changes, whatever happens to the person's addresses.
         */
        AccountId: string;
        /**
         * @description Who may do what (vocabulary: Professional, Guest).
         * @enum {string}
         */
        AccountKind: "professional" | "guest";
        /**
         * @description The life of an account.
         * @enum {string}
         */
        AccountState: "invited" | "active" | "disabled" | "joining" | "absorbed";
        /** @description Authorises a client program. Takes a session that began with the password, given a short while ago. */
        Activate: {
            /** @description Where it runs, 1 to 100 characters. */
            device: string;
            /** @description Which program. */
            program: components["schemas"]["Program"];
            /** @description The vault key, wrapped under what the program alone keeps. */
            slot: components["schemas"]["Bytes"];
            /** @description 32 bytes by which the program is known from now on; the portal keeps their hash. */
            token: components["schemas"]["Bytes"];
            /** @description Its version. */
            version: components["schemas"]["Version"];
        };
        /** @description One client program that is authorised for the account. */
        Activation: {
            /** @description The address that it stands under: the Master when it was activated. */
            address: components["schemas"]["Address"];
            /** @description When it was activated. */
            created_at: components["schemas"]["i64"];
            /** @description Whether it is the one that this very request comes from. */
            current?: boolean;
            /** @description Where it runs, in the program's own words: `Outlook on the web`, a computer's name. */
            device: string;
            /** @description Its id. */
            id: components["schemas"]["ActivationId"];
            /** @description When it was last used. */
            last_used_at: components["schemas"]["i64"];
            /** @description Which program. */
            program: components["schemas"]["Program"];
            /** @description Whether it can be used, and if not, why. */
            state: components["schemas"]["ActivationState"];
            /** @description The version that used it last. */
            version: components["schemas"]["Version"];
        };
        /**
         * Format: uuid
         * @description A client program's activation.
         */
        ActivationId: string;
        /**
         * @description Whether an activation can be used. Of several reasons against it the portal's block is told first, then that it needs
         *     re-activation, then its owner's block.
         * @enum {string}
         */
        ActivationState: "active" | "blocked" | "blocked-by-portal" | "needs-reactivation";
        /** @description Something of consequence that happened to the account. */
        Activity: {
            address?: components["schemas"]["Address"] | null;
            /** @description When. */
            at: components["schemas"]["i64"];
            /** @description Whether an administrator did it. */
            by_administrator?: boolean;
            /** @description What. */
            kind: components["schemas"]["ActivityKind"];
        };
        /**
         * @description What is recorded for the account's owner to see.
         * @enum {string}
         */
        ActivityKind: "registered" | "signed-in" | "waiting-key-handed-over" | "disabled" | "enabled" | "claim-added" | "claim-mailed" | "claim-cancelled" | "claim-refused" | "claim-guessed" | "alias-added" | "account-absorbed" | "absorbed-into" | "account-joining" | "joining-into" | "separated" | "separated-from" | "alias-moved-away" | "promoted" | "correspondents-told" | "alias-removed" | "alarm-raised" | "activated" | "activation-removed" | "activation-blocked" | "activation-unblocked" | "handed-over" | "device-made-known";
        /** @description Claims an address. */
        AddClaim: {
            /** @description As typed. */
            address: components["schemas"]["Address"];
        };
        /**
         * @description An email address, as typed.
         * @example anna@example.test
         */
        Address: string;
        /** @description What the page behind *This wasn't me* in a security notice shows. */
        AlarmShown: {
            /** @description The address that the notice went to. */
            address: components["schemas"]["Address"];
            /** @description Until when the link works. */
            expires_at: components["schemas"]["i64"];
            raised_at?: components["schemas"]["i64"] | null;
            separable_until?: components["schemas"]["i64"] | null;
        };
        /** @description The addresses of an account: those that it has, and those that it claims. */
        Aliases: {
            /** @description The Master first, then the aliases in the order in which they were confirmed. */
            addresses: components["schemas"]["OwnAddress"][];
            /** @description Pending claims, oldest first; one that has expired stays until it is mailed again or cancelled. */
            claims: components["schemas"]["Claim"][];
        };
        /** @description Asks for a link that makes a device known, so that it need not wait for strangers who try the address. */
        AskDeviceLink: {
            /** @description Any confirmed address of the account. */
            address: components["schemas"]["Address"];
        };
        /**
         * @description What the confirmation page asks for.
         * @enum {string}
         */
        Asks: "click" | "number" | "password";
        /** @description Begins a session by an activation. Its secret is a bearer's; its rights are those of reading and writing. */
        BeginByActivation: {
            /** @description The activation's token. */
            token: components["schemas"]["Bytes"];
            /** @description The version of the program that runs now. */
            version: components["schemas"]["Version"];
        };
        /**
         * Format: byte
         * @description Bytes, in JSON as padded standard base64.
         */
        Bytes: string;
        /**
         * @description How a client carries its session's secret.
         * @enum {string}
         */
        Carrier: "cookie" | "bearer";
        /** @description One change. */
        Change: {
            /** @description Which. */
            id: components["schemas"]["DeliveryId"];
            /** @enum {string} */
            kind: "delivery";
        } | {
            /** @enum {string} */
            kind: "account";
        } | {
            /** @enum {string} */
            kind: "vault";
            /**
             * Format: int64
             * @description By this version.
             */
            version: number;
        } | {
            /** @enum {string} */
            kind: "mailboxes";
        };
        /** @description What changed in an account, oldest first. */
        Changes: {
            /** @description At most 500. */
            changes: components["schemas"]["Change"][];
            /**
             * Format: int64
             * @description What to pass as `since` next.
             */
            latest: number;
            /** @description Whether there are more right away. */
            more: boolean;
        };
        /** @description A request to add an address that nobody has proved yet. */
        Claim: {
            /** @description The address as typed. */
            address: components["schemas"]["Address"];
            /** @description Whether an administrator added it for the account. */
            by_administrator: boolean;
            /** @description When it was added. */
            created_at: components["schemas"]["i64"];
            /** @description Until when the link in its newest mail works. */
            expires_at: components["schemas"]["i64"];
            /** @description Its id. */
            id: components["schemas"]["ClaimId"];
            /** @description How its newest mail fares. */
            mail: components["schemas"]["Notification"];
            /**
             * @description Four digits, to be typed on the confirmation page where its browser is not signed in as the claimant. Absent where
             *     an administrator looks.
             */
            number?: string | null;
        };
        /**
         * Format: uuid
         * @description A claim on an address.
         */
        ClaimId: string;
        /** @description What the page behind a confirmation link shows. */
        ClaimShown: {
            /** @description The claimed address. */
            address: components["schemas"]["Address"];
            /** @description What confirming takes. */
            asks: components["schemas"]["Asks"];
            /** @description Whether an administrator added it for the claimant. */
            by_administrator: boolean;
            /**
             * @description Whether the request comes from a session of the claimant's in which the password was given. Then another account's
             *     messages and keys join at once; otherwise after a while, in which its password separates the two again.
             */
            by_claimant: boolean;
            /** @description Who asked, under their Master. */
            claimant: components["schemas"]["Person"];
            /**
             * @description The fingerprint of the claimant's certificate, 64 hexadecimal digits: what is handed over is sealed to that key, and
             *     whoever hands it over may want to compare it before.
             */
            claimant_fingerprint: string;
            /** @description Until when the link works. */
            expires_at: components["schemas"]["i64"];
            /** @description What confirming does. */
            outcome: components["schemas"]["Outcome"];
        };
        /** @description Confirms a claim. */
        Confirm: {
            /** @description How. */
            by: components["schemas"]["ConfirmBy"];
            /** @description The link's secret. */
            token: components["schemas"]["Bytes"];
        };
        /** @description How a claim is confirmed. */
        ConfirmBy: {
            /** @enum {string} */
            kind: "click";
        } | {
            /** @enum {string} */
            kind: "number";
            /** @description Four digits. */
            number: string;
        } | {
            /** @enum {string} */
            kind: "absorb";
            /** @description The whole keyring, sealed to the claimant's certificate. */
            parcel: components["schemas"]["Bytes"];
            /** @description Of the password. */
            proof: components["schemas"]["Bytes"];
            /** @description One for each address of the account. */
            successions: components["schemas"]["Succession"][];
            /**
             * Format: int64
             * @description The version of the vault whose keyring was handed over.
             */
            vault_version: number;
        } | {
            /** @enum {string} */
            kind: "move";
            /** @description Of the password. */
            proof: components["schemas"]["Bytes"];
            /** @description For this one address. */
            succession: components["schemas"]["Succession"];
        };
        /** @description A claim was confirmed. */
        Confirmed: {
            /** @description The address, which is the claimant's alias now. */
            address: components["schemas"]["Address"];
            /** @description Whose it is now, under their Master. */
            claimant: components["schemas"]["Person"];
            separable_until?: components["schemas"]["i64"] | null;
        };
        /** @description Somebody the account has exchanged messages with. */
        Correspondent: {
            /** @description Where to write to them: their Master, or the address they were invited under. */
            address: components["schemas"]["Address"];
            formerly?: components["schemas"]["Address"] | null;
            /** @description Professional or Guest. */
            kind: components["schemas"]["AccountKind"];
            /** @description When the last message went either way. */
            last_at: components["schemas"]["i64"];
            /** @description The name, once registered. */
            name?: string | null;
        };
        /** @description One message in one mailbox, as a list shows it. */
        Delivery: {
            /** @description Where the sender's certificate stands in [`Page::certificates`]. */
            certificate_key: string;
            /** @description The sealed cover. */
            cover: components["schemas"]["Bytes"];
            /**
             * Format: int32
             * @description How many files it has.
             */
            files: number;
            /** @description Where it lies. */
            folder: components["schemas"]["Folder"];
            /** @description Its id. */
            id: components["schemas"]["DeliveryId"];
            /** @description The key packet for this account. */
            key_packet: components["schemas"]["Bytes"];
            /** @description The message's. */
            message: components["schemas"]["MessageId"];
            read_at?: components["schemas"]["i64"] | null;
            /** @description Who sent it, under the address it was sent from. */
            sender: components["schemas"]["Person"];
            /** @description The fingerprint of the certificate that the sender had then, 64 hexadecimal digits. */
            sender_fingerprint: string;
            sender_now?: components["schemas"]["Address"] | null;
            /** @description When the portal took the message. */
            sent_at: components["schemas"]["i64"];
            /**
             * Format: int64
             * @description How many bytes body and files take, sealed.
             */
            size: number;
            /** @description The To recipients as addressed, which is what Sent shows. */
            to: components["schemas"]["Address"][];
        };
        /**
         * Format: uuid
         * @description One message in one mailbox. Ordered by the time of arrival.
         */
        DeliveryId: string;
        /** @description The device is known: it has tries of its own at the account's addresses. */
        DeviceKnown: {
            /** @description The address that the link went to. */
            address: components["schemas"]["Address"];
            device_token?: components["schemas"]["Bytes"] | null;
        };
        /** @description What the page behind such a link shows. */
        DeviceLinkShown: {
            /** @description The address that it went to. */
            address: components["schemas"]["Address"];
            /** @description Until when it works. */
            expires_at: components["schemas"]["i64"];
        };
        /** @description Asks for the certificate of an address. */
        FindCertificate: {
            /** @description The address. */
            address: components["schemas"]["Address"];
        };
        /** @description The second half (OPAQUE KE3). */
        FinishSignIn: {
            /** @description How the session's secret is to be carried. */
            carrier: components["schemas"]["Carrier"];
            /** @description OPAQUE `CredentialFinalization`. */
            credential_finalization: components["schemas"]["Bytes"];
            /** @description The attempt. */
            sign_in: components["schemas"]["SignInId"];
        };
        /**
         * @description Where a delivery lies.
         * @enum {string}
         */
        Folder: "inbox" | "sent";
        /** @description The certificate of an address. */
        FoundCertificate: {
            /** @description As asked for. */
            address: components["schemas"]["Address"];
            /** @description The OpenPGP certificate with this one address as its User ID. */
            certificate: components["schemas"]["Bytes"];
        };
        /** @description Gives the password again in a session that goes on. Both halves of OPAQUE as in a sign-in, begun at `/sign-ins`. */
        GivePassword: {
            /** @description OPAQUE `CredentialFinalization`. */
            credential_finalization: components["schemas"]["Bytes"];
            /** @description The attempt. */
            sign_in: components["schemas"]["SignInId"];
        };
        /** @description A session that has just begun, and the vault key for it. */
        HandedOver: {
            /** @description The session. */
            signed_in: components["schemas"]["SignedIn"];
            /** @description The vault key, wrapped under what stands in the link alone. */
            wrapped: components["schemas"]["Bytes"];
        };
        /** @description Whose session a hand-over begins: shown before it does, so that nobody writes under an account that is not theirs. */
        HandOver: {
            /** @description The Master. */
            address: components["schemas"]["Address"];
            /** @description Until when it is good. */
            expires_at: components["schemas"]["i64"];
            /** @description The person's name. */
            name: string;
        };
        /** @description A way that was prepared. */
        HandOverPrepared: {
            /** @description Until when it is good. */
            expires_at: components["schemas"]["i64"];
        };
        /** @description The token of a hand-over, made from the secret in its link. */
        HandOverToken: {
            /** @description 32 bytes. */
            token: components["schemas"]["Bytes"];
        };
        /** Format: int64 */
        i64: number;
        /** @description What an open invitation says. */
        Invitation: {
            /** @description The address that was invited. */
            address: components["schemas"]["Address"];
            /** @description Until when the link works. */
            expires_at: components["schemas"]["i64"];
            invited_by?: components["schemas"]["Person"] | null;
            /** @description What the person will be. */
            kind: components["schemas"]["AccountKind"];
            /**
             * Format: int32
             * @description How many messages are waiting.
             */
            waiting: number;
        };
        /** @description The secret of an invitation link, which stands in the link's fragment. */
        InvitationToken: {
            /** @description 32 bytes. */
            token: components["schemas"]["Bytes"];
        };
        /** @description An administrator's invitation. */
        Invite: {
            /** @description Whom. */
            address: components["schemas"]["Address"];
            /** @description As what. */
            kind: components["schemas"]["AccountKind"];
        };
        /** @description What lets one account's key open the message. */
        KeyPacket: {
            /** @description The account. */
            account: components["schemas"]["AccountId"];
            /** @description The fingerprint of the certificate it was made for, 64 hexadecimal digits. */
            fingerprint: string;
            /** @description An OpenPGP public-key encrypted session key packet (RFC 9580 section 5.1). */
            packet: components["schemas"]["Bytes"];
        };
        /**
         * @description What stays in Outlook of a message that was written there and sent securely.
         * @enum {string}
         */
        Leaves: "nothing" | "note" | "copy";
        /** @description The secret of a link in a basic mail, which stands in the link's fragment: a confirmation's or a notice's. */
        LinkToken: {
            /** @description 32 bytes. */
            token: components["schemas"]["Bytes"];
        };
        /** @description An account as an administrator sees it: who and when, never what. */
        ManagedAccount: {
            /** @description The confirmed addresses; for an invited account the invited one. */
            addresses: components["schemas"]["OwnAddress"][];
            /** @description Whether the person administers the portal. */
            administrator: boolean;
            /** @description When it was invited. */
            created_at: components["schemas"]["i64"];
            /** @description Its id. */
            id: components["schemas"]["AccountId"];
            /** @description Professional or Guest. */
            kind: components["schemas"]["AccountKind"];
            /** @description The name, once registered. */
            name?: string | null;
            /** @description Invited, active, disabled or absorbed. */
            state: components["schemas"]["AccountState"];
        };
        /** @description An account as an administrator sees it from near. */
        ManagedAccountDetails: components["schemas"]["ManagedAccount"] & {
            /** @description The client programs that are authorised for it. */
            activations: components["schemas"]["Activation"][];
            /** @description What happened to it, newest first, at most 100. */
            activity: components["schemas"]["Activity"][];
            /** @description Its pending claims, without their numbers. */
            claims: components["schemas"]["Claim"][];
        };
        /**
         * Format: uuid
         * @description One sealed thing that was sent. The sender's client chooses it: it stands signed inside the cover and the body,
         *     so neither can be passed off as another message's.
         */
        MessageId: string;
        /** @description A vault as a client first stores it. */
        NewVault: {
            /** @description The vault key wrapped under the password. */
            password_slot: components["schemas"]["Bytes"];
            /** @description The keyring and settings, encrypted under the vault key: the first revision. */
            sealed: components["schemas"]["Bytes"];
            /** @description The id of the way in by the password, as it stands in the vault. */
            slot: components["schemas"]["SlotId"];
        };
        /** @description How a notification fares. */
        Notification: {
            /**
             * Format: int32
             * @description How often it was tried.
             */
            attempts: number;
            /** @enum {string} */
            state: "waiting";
        } | {
            /** @description When. */
            at: components["schemas"]["i64"];
            /** @enum {string} */
            state: "sent";
        } | {
            /** @description When it was given up. */
            at: components["schemas"]["i64"];
            /** @description Whether the address itself was refused. */
            refused: boolean;
            /** @enum {string} */
            state: "failed";
        };
        /** @description One delivery, whole. */
        OpenDelivery: components["schemas"]["Delivery"] & {
            /** @description The sealed body. */
            body: components["schemas"]["Bytes"];
            /** @description The certificate that the sender had then, with the address that the message was sent from as its one User ID. */
            certificate: components["schemas"]["Bytes"];
            /** @description The sealed files, in the order of the body's list. */
            files_stored: components["schemas"]["StoredFile"][];
            /**
             * @description The certificates that the sender's address had before that one and that name it as their successor, newest first,
             *     at most 8.
             */
            predecessors?: components["schemas"]["Predecessor"][];
            /** @description The Delivery Slip. */
            slip: components["schemas"]["Slip"];
        };
        /** @description What confirming a claim does, by what the address is now. */
        Outcome: {
            /** @enum {string} */
            kind: "joins";
        } | {
            /** @enum {string} */
            kind: "mail-joins";
            /**
             * Format: int32
             * @description How many messages wait.
             */
            waiting: number;
        } | {
            /** @enum {string} */
            kind: "absorbs";
        } | {
            /** @enum {string} */
            kind: "moves-or-absorbs";
        };
        /** @description What an add-in for Outlook wants to know of its portal. Anybody may. */
        OutlookInfo: {
            least_version?: components["schemas"]["Version"] | null;
            /** @description What stays in Outlook of a message that was written there and sent securely. */
            leaves: components["schemas"]["Leaves"];
            /** @description The version of the manifest, which counts up when Outlook's own entry for the add-in changes. */
            manifest_version: components["schemas"]["Version"];
            /** @description Whether the portal offers the add-in: where its administrator did not say where office.js is, it does not. */
            offered: boolean;
            /** @description The newest version of the add-in's pages: what the portal serves. */
            version: components["schemas"]["Version"];
        };
        /** @description One confirmed address of the account. */
        OwnAddress: {
            /** @description The address as typed. */
            address: components["schemas"]["Address"];
            /** @description When it was confirmed. */
            confirmed_at: components["schemas"]["i64"];
            /** @description Whether it is the Master. */
            master: boolean;
            separable_until?: components["schemas"]["i64"] | null;
        };
        /** @description A page of a folder, newest first. */
        Page: {
            /**
             * @description The certificates of their senders, by [`Delivery::certificate_key`]. Each has one User ID: the address that the
             *     messages were sent from.
             */
            certificates: {
                [key: string]: components["schemas"]["Bytes"];
            };
            /** @description The deliveries. */
            deliveries: components["schemas"]["Delivery"][];
            next?: components["schemas"]["DeliveryId"] | null;
        };
        /** @description Secret keys sealed to the account's certificate, to be taken into its keyring. */
        Parcel: {
            /** @description Its id. */
            id: components["schemas"]["ParcelId"];
            /** @description What it comes of. */
            origin: components["schemas"]["ParcelOrigin"];
            /** @description An OpenPGP message that holds transferable secret keys, signed by the first of them. */
            sealed: components["schemas"]["Bytes"];
        };
        /**
         * Format: uuid
         * @description A keyring parcel.
         */
        ParcelId: string;
        /** @description What a parcel comes of. Its giver's signature binds it to that. */
        ParcelOrigin: {
            /** @description The claim. */
            claim: components["schemas"]["ClaimId"];
            /** @enum {string} */
            kind: "claim";
        } | {
            /** @description The account that was invited. */
            account: components["schemas"]["AccountId"];
            /** @description Its address. */
            address: components["schemas"]["Address"];
            /** @enum {string} */
            kind: "invitation";
        };
        /** @description One addressee of a message. */
        Participant: {
            /** @description The address as addressed. */
            address: components["schemas"]["Address"];
            /** @description The name, once registered. */
            name?: string | null;
            notification?: components["schemas"]["Notification"] | null;
            now?: components["schemas"]["Address"] | null;
            /** @description To, Cc or Bcc. */
            role: components["schemas"]["Role"];
            /** @description Registered, or still invited. */
            standing: components["schemas"]["RecipientKind"];
        };
        /** @description Until when the password counts as given just now. The session's former secret is worth nothing any more. */
        PasswordGiven: {
            /** @description The session's new secret, for `Authorization: Bearer`; absent where a cookie carries it. */
            bearer?: string | null;
            /** @description Five minutes from when it was given. */
            password_until: components["schemas"]["i64"];
        };
        /** @description Under what a portal has a password proved. */
        PasswordSetup: {
            /**
             * Format: int32
             * @description Which of the portal's OPAQUE setups the password was chosen under.
             */
            number: number;
            /**
             * @description Where the portal is reached: the origin of its public URL. A client that reaches it elsewhere says so instead of
             *     calling the password wrong.
             */
            origin: string;
            /** @description How the password is stretched. */
            stretching: components["schemas"]["Stretching"];
        };
        /** @description A vault that was replaced, and is kept for a while. */
        PastVault: {
            /**
             * Format: int64
             * @description Which revision it was.
             */
            version: number;
            /** @description When it was written, and by what. */
            written: components["schemas"]["VaultWritten"];
        };
        /** @description A person as others see them. */
        Person: {
            /** @description The address. */
            address: components["schemas"]["Address"];
            /** @description The name, once registered. */
            name?: string | null;
        };
        /** @description What anybody may know of the portal. */
        Portal: {
            /** @description Whether this is a demonstration with a view of everybody's basic inbox at `/demo/basic-mail`. */
            demo: boolean;
            /**
             * Format: int64
             * @description The largest body, sealed, in bytes.
             */
            max_body_size: number;
            /**
             * Format: int64
             * @description The largest file, sealed, in bytes.
             */
            max_file_size: number;
            /**
             * Format: int32
             * @description The most recipients of one message.
             */
            max_recipients: number;
            /** @description The organisation's name for its portal. */
            name: string;
            /** @description The version of the software. */
            version: string;
        };
        /** @description A certificate that an address had before, with what it says of its successor. */
        Predecessor: {
            /** @description The OpenPGP certificate, with that address as its one User ID. */
            certificate: components["schemas"]["Bytes"];
            /** @description Its statement of succession. */
            statement: components["schemas"]["Bytes"];
        };
        /** @description Prepares a way from this client to the next: from Outlook to the Secure Webmail. Good once, and for two minutes. */
        PrepareHandOver: {
            /** @description 32 bytes by which the next client is known; the portal keeps their hash. */
            token: components["schemas"]["Bytes"];
            /** @description The vault key, wrapped under what stands in the link alone. */
            wrapped: components["schemas"]["Bytes"];
        };
        /** @description Asks for the certificates to seal a message to. */
        PrepareRecipients: {
            /** @description As the writer typed them. */
            addresses: components["schemas"]["Address"][];
            in_reply_to?: components["schemas"]["DeliveryId"] | null;
        };
        /** @description An RFC 9457 problem document: the body of every answer that is not a success. */
        Problem: {
            /** @description Which addresses it is about, as the request gave them. */
            addresses?: string[];
            /** @description What to do about it, or which field it is about. */
            detail?: string | null;
            /**
             * Format: int32
             * @description After how many seconds trying again makes sense.
             */
            retry_after?: number | null;
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description What is wrong, for people, in English. Never holds personal data. */
            title: string;
            /**
             * Format: int32
             * @description How many tries are left, where they are counted.
             */
            tries_left?: number | null;
            /** @description What is wrong, for programs. Stable. */
            type: components["schemas"]["ProblemType"];
        };
        /**
         * @description Every kind of problem that the API answers with.
         * @enum {string}
         */
        ProblemType: "malformed" | "unacceptable" | "not-sealed" | "signed-out" | "other-account" | "wrong-credentials" | "account-disabled" | "not-allowed" | "foreign-origin" | "recipients-not-allowed" | "not-found" | "method-not-allowed" | "invitation-unknown" | "invitation-expired" | "printed-link-needed" | "invitation-used" | "version-conflict" | "recipients-changed" | "idempotency-conflict" | "file-unknown" | "hash-mismatch" | "upload-incomplete" | "too-large" | "password-needed" | "sender-changed" | "activation-unknown" | "activation-blocked" | "blocked-by-portal" | "needs-reactivation" | "too-many-activations" | "program-outdated" | "link-unknown" | "link-expired" | "link-replaced" | "claim-ended" | "claim-confirmed" | "claim-changed" | "address-taken" | "address-yours" | "wrong-number" | "only-administrator" | "still-separable" | "not-separable" | "master-stays" | "too-many-addresses" | "too-many-requests" | "too-many-attempts" | "timed-out" | "unavailable" | "internal";
        /** @description A client program: `outlook`, `command-line`, or any other. */
        Program: string;
        /** @description What a program's versions are in use, and which may be. */
        ProgramInUse: {
            least_version?: components["schemas"]["Version"] | null;
            /** @description Which program. */
            program: components["schemas"]["Program"];
            /** @description The versions that activations were last used by, the newest first. */
            versions: components["schemas"]["VersionInUse"][];
        };
        /** @description Makes an alias the Master. Takes a password given in the last five minutes. */
        Promote: {
            /** @description The alias. */
            address: components["schemas"]["Address"];
            /** @description Whether those whom the account has exchanged messages with are told the new address. */
            tell_correspondents: boolean;
        };
        /** @description What whoever proved the password needs to hand the account over. */
        ProvedOwner: {
            /** @description The account that was proved. */
            account: components["schemas"]["AccountId"];
            /** @description Its addresses, the Master first. */
            addresses: components["schemas"]["OwnAddress"][];
            /** @description The claim, which the parcel is bound to. */
            claim: components["schemas"]["ClaimId"];
            /** @description The claimant's current certificate, which its keyring is to be sealed to; reduced to the claimant's Master. */
            claimant_certificate: components["schemas"]["Bytes"];
            /** @description 32 bytes that stand for the proof, for ten minutes. */
            proof: components["schemas"]["Bytes"];
            /** @description Its vault, to be opened with the password. */
            vault: components["schemas"]["Vault"];
        };
        /**
         * @description Proves the password of the account that has a claimed address. Both halves of OPAQUE as in a sign-in, begun at
         *     `/sign-ins` with the claimed address.
         */
        ProveOwner: {
            /** @description OPAQUE `CredentialFinalization`. */
            credential_finalization: components["schemas"]["Bytes"];
            /** @description The attempt. */
            sign_in: components["schemas"]["SignInId"];
            /** @description The link's secret. */
            token: components["schemas"]["Bytes"];
        };
        /** @description One address that a message may be sealed to. */
        Recipient: {
            /** @description Who stands behind it. Several addresses of one account share it, and get one key packet. */
            account: components["schemas"]["AccountId"];
            /** @description As the writer typed it. */
            address: components["schemas"]["Address"];
            /** @description The OpenPGP certificate, reduced to this one address as its User ID. */
            certificate: components["schemas"]["Bytes"];
            /** @description The name, once registered. */
            name?: string | null;
            /** @description The certificates that the address had before and that name this one as their successor, newest first, at most 8. */
            predecessors?: components["schemas"]["Predecessor"][];
            /** @description Registered, or still invited. */
            standing: components["schemas"]["RecipientKind"];
        };
        /**
         * @description Whether somebody has registered under an address.
         * @enum {string}
         */
        RecipientKind: "registered" | "invited";
        /** @description Makes the device known that the request comes from. Nobody is signed in by it. */
        RedeemDeviceLink: {
            /** @description How the device is to carry its token. */
            carrier: components["schemas"]["Carrier"];
            /** @description The link's secret. */
            token: components["schemas"]["Bytes"];
        };
        /** @description The second half: everything the new account consists of. */
        Register: {
            /** @description How the session's secret is to be carried. */
            carrier: components["schemas"]["Carrier"];
            /** @description The new OpenPGP certificate, with the invited address as its one User ID. */
            certificate: components["schemas"]["Bytes"];
            /** @description The person's name, shown to those they write to. 1 to 100 characters. */
            name: string;
            /**
             * Format: int32
             * @description The number of the setup that the password was chosen under.
             */
            password_setup: number;
            /** @description OPAQUE `RegistrationUpload`. */
            registration_upload: components["schemas"]["Bytes"];
            /** @description The invitation's secret. */
            token: components["schemas"]["Bytes"];
            /** @description The vault, encrypted. */
            vault: components["schemas"]["NewVault"];
        };
        /** @description The portal's answer to the first half. */
        RegistrationStarted: {
            /** @description The account that the invitation opens. */
            account: components["schemas"]["AccountId"];
            /** @description OPAQUE `RegistrationResponse`. */
            registration_response: components["schemas"]["Bytes"];
            /** @description Under what the password is chosen. */
            setup: components["schemas"]["PasswordSetup"];
        };
        /** @description Takes an alias off the account. */
        RemoveAlias: {
            /** @description The alias. */
            address: components["schemas"]["Address"];
        };
        /**
         * @description How somebody was addressed.
         * @enum {string}
         */
        Role: "to" | "cc" | "bcc";
        /** @description A vault that was replaced, as it was sealed. */
        SealedPastVault: {
            /** @description Keyring and settings, encrypted. */
            sealed: components["schemas"]["Bytes"];
            /**
             * Format: int64
             * @description Which revision it was.
             */
            version: number;
        };
        /**
         * @description A sealed message.
         *
         *     Its files were put to `/blobs/{sha256}` before. To each account that it goes to, and to the sender, belongs one key
         *     packet for the certificate that [`PrepareRecipients`](crate::people::PrepareRecipients) answered.
         */
        Send: {
            /** @description Recipients that only the sender and they themselves see. */
            bcc?: components["schemas"]["Address"][];
            /** @description The sealed body: an OpenPGP encrypted data packet. */
            body: components["schemas"]["Bytes"];
            /** @description Recipients everybody sees, for information. */
            cc?: components["schemas"]["Address"][];
            /** @description The sealed cover: an OpenPGP encrypted data packet. */
            cover: components["schemas"]["Bytes"];
            /** @description The sealed files it names, in the order of the body's list. */
            files?: components["schemas"]["Sha256"][];
            /** @description The address it is sent from: the Master, which stands signed in the body. */
            from: components["schemas"]["Address"];
            /** @description Chosen by the client, and signed inside cover and body. */
            id: components["schemas"]["MessageId"];
            in_reply_to?: components["schemas"]["DeliveryId"] | null;
            /** @description One for each account, the sender's included. */
            key_packets: components["schemas"]["KeyPacket"][];
            /** @description Recipients everybody sees. */
            to: components["schemas"]["Address"][];
        };
        /** @description The message was taken: it is stored durably, and its notifications will go out. */
        Sent: {
            /** @description The sender's own delivery of it, in Sent. */
            delivery: components["schemas"]["DeliveryId"];
            /** @description The message. */
            message: components["schemas"]["MessageId"];
        };
        /**
         * @description Separates an account again from the one that absorbed it, or that one of its addresses moved to. Both halves of OPAQUE as
         *     in a sign-in, begun at `/sign-ins` with `separates`.
         */
        Separate: {
            /** @description An address that it had. */
            address: components["schemas"]["Address"];
            /** @description OPAQUE `CredentialFinalization`. */
            credential_finalization: components["schemas"]["Bytes"];
            /** @description The attempt. */
            sign_in: components["schemas"]["SignInId"];
        };
        /** @description Two accounts were separated. */
        Separated: {
            /** @description The addresses that are again of the account that had them before. */
            addresses: components["schemas"]["Address"][];
        };
        /** @description The session that a request belongs to. */
        Session: {
            /** @description Whose it is. */
            account: components["schemas"]["Account"];
            /** @description When it ends. */
            expires_at: components["schemas"]["i64"];
            /** @description Whether a person began it by the password, and no program. */
            in_person: boolean;
            /** @description Until when the password that was given counts as given just now: what promoting an address takes. */
            password_until: components["schemas"]["i64"];
            /** @description 32 bytes under which the browser keeps the vault key; they live and die with the session. */
            reload_key: components["schemas"]["Bytes"];
        };
        /** @description Blocks an activation, or unblocks it. */
        SetBlocked: {
            /** @description Whether it is to be blocked. */
            blocked: boolean;
        };
        /** @description Disables an account or enables it again. */
        SetDisabled: {
            /** @description Whether it is to be disabled. */
            disabled: boolean;
        };
        /** @description Sets which versions of a program may be used. */
        SetLeastVersion: {
            least_version?: components["schemas"]["Version"] | null;
        };
        /** @description Marks a delivery read or unread. */
        SetRead: {
            /** @description Whether it has been read. */
            read: boolean;
        };
        /** @description The SHA-256 of a stored blob's bytes, which is its name; in JSON and in paths 64 lower-case hexadecimal digits. */
        Sha256: string;
        /** @description A session that has just begun. */
        SignedIn: {
            /** @description The session's secret, for `Authorization: Bearer`; absent where a cookie carries it. */
            bearer?: string | null;
            device_token?: components["schemas"]["Bytes"] | null;
            /** @description The session. */
            session: components["schemas"]["Session"];
            /** @description The vault as it is stored. */
            vault: components["schemas"]["Vault"];
        };
        /**
         * Format: uuid
         * @description One attempt to sign in.
         */
        SignInId: string;
        /** @description The portal's answer (OPAQUE KE2); made up, and not to be told from a real one, where nobody has the address. */
        SignInStarted: {
            /** @description OPAQUE `CredentialResponse`. */
            credential_response: components["schemas"]["Bytes"];
            /** @description Under what the password is proved; made up like the answer where nobody has the address. */
            setup: components["schemas"]["PasswordSetup"];
            /** @description This attempt. Good for one minute and one try. */
            sign_in: components["schemas"]["SignInId"];
        };
        /** @description What the portal itself knows of a message, for those who took part in it. */
        Slip: {
            in_reply_to?: components["schemas"]["DeliveryId"] | null;
            /** @description Everybody this reader may know of: all to the sender; To and Cc, and themselves, to the others. */
            participants: components["schemas"]["Participant"][];
        };
        /** @description One way to unlock a vault. */
        Slot: {
            /** @description Its id. */
            id: components["schemas"]["SlotId"];
            /** @description Which way it is. */
            kind: components["schemas"]["SlotKind"];
            /** @description The vault key, wrapped. */
            wrapped: components["schemas"]["Bytes"];
        };
        /**
         * Format: uuid
         * @description An unlock slot of a vault.
         */
        SlotId: string;
        /**
         * @description The ways to unlock a vault.
         * @enum {string}
         */
        SlotKind: "password" | "activation";
        /** @description The first half of choosing a password (OPAQUE registration). */
        StartRegistration: {
            /** @description OPAQUE `RegistrationRequest`. */
            registration_request: components["schemas"]["Bytes"];
            /** @description The invitation's secret. */
            token: components["schemas"]["Bytes"];
        };
        /** @description The first half of a sign-in (OPAQUE KE1). */
        StartSignIn: {
            /** @description Any confirmed address of the account. */
            address: components["schemas"]["Address"];
            /** @description OPAQUE `CredentialRequest`. */
            credential_request: components["schemas"]["Bytes"];
            device_token?: components["schemas"]["Bytes"] | null;
            /**
             * @description Whether the password is that of the account that had the address until a short while ago, to separate it from the one
             *     that has it now. It begins no session.
             */
            separates?: boolean;
        };
        /** @description A sealed file as the portal stores it. */
        StoredFile: {
            /** @description Its name in the store. */
            sha256: components["schemas"]["Sha256"];
            /**
             * Format: int64
             * @description How many bytes it takes, sealed.
             */
            size: number;
        };
        /** @description How a password is stretched: what each guess costs whoever has the portal's records and its secrets. */
        Stretching: {
            /**
             * Format: int32
             * @description How much memory Argon2id takes, in KiB.
             */
            memory_kib: number;
            /**
             * Format: int32
             * @description How often it goes over that.
             */
            passes: number;
        };
        /** @description What the key that an address had says of the one that it gets, so that nobody who knew the one is warned of the other. */
        Succession: {
            /** @description The address. */
            address: components["schemas"]["Address"];
            /** @description Signed by the key that the address had (docs/formats.md). */
            statement: components["schemas"]["Bytes"];
        };
        /** @description Takes a hand-over: a session begins. */
        TakeHandOver: {
            /** @description How the session's secret is to be carried. */
            carrier: components["schemas"]["Carrier"];
            /** @description 32 bytes, made from the secret in the link. */
            token: components["schemas"]["Bytes"];
        };
        /** @description An account's vault. */
        Vault: {
            /** @description The keyring and settings, encrypted under the vault key, behind a clear head. */
            sealed: components["schemas"]["Bytes"];
            /** @description The ways to unlock it that this session may see. */
            slots: components["schemas"]["Slot"][];
            /**
             * Format: int64
             * @description The revision that stands in its head: counts up with each write; the `ETag` of `/vault`.
             */
            version: number;
            /** @description When it was written, and by what: what a client that knows no vault of the account shows to its person. */
            written: components["schemas"]["VaultWritten"];
        };
        /** @description The version that a write made. */
        VaultVersion: {
            /**
             * Format: int64
             * @description Counts up with each write.
             */
            version: number;
        };
        /** @description When a vault was written, and by what. */
        VaultWritten: {
            /** @description When. */
            at: components["schemas"]["i64"];
            /** @description Whether in a session that a person began. */
            in_person: boolean;
            program?: components["schemas"]["Program"] | null;
        };
        /** @description Three numbers, the first the weightiest: `1.2.0`. */
        Version: string;
        /** @description One version of a program. */
        VersionInUse: {
            /**
             * Format: int32
             * @description How many activations it was the last to use.
             */
            activations: number;
            /** @description When one of them was last used. */
            last_used_at: components["schemas"]["i64"];
            /** @description The version. */
            version: components["schemas"]["Version"];
        };
        /** @description Replaces the account's certificate by one of the same key whose User IDs are the confirmed addresses. */
        WriteCertificate: {
            /** @description Every confirmed address exactly once as a User ID, as the account has it typed, the Master first. */
            certificate: components["schemas"]["Bytes"];
        };
        /** @description A new state of the vault: the next revision. `If-Match` names the version that it replaces. */
        WriteVault: {
            /** @description The keyring and settings, encrypted under the same vault key. */
            sealed: components["schemas"]["Bytes"];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
