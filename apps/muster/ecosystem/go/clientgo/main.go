// A client-go program as others write them, which keeps account of what it saw.
//
// It writes objects and follows them with a typed, a dynamic and a metadata informer, while somebody stops and kills the
// server. Two candidates campaign for a Lease meanwhile. It says `progress N` for each object written, and at the end one
// line of JSON; it exits 1 when anything that was acknowledged is missing anywhere.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// Result is what the program says at its end.
type Result struct {
	Objects      int      `json:"objects"`
	Retries      int64    `json:"retries"`
	WatchLists   int64    `json:"watchLists"`
	Watches      int64    `json:"watches"`
	Lists        int64    `json:"lists"`
	Events       int64    `json:"events"`
	Terms        int64    `json:"leaderTerms"`
	Milliseconds int64    `json:"milliseconds"`
	Troubles     []string `json:"troubles"`
}

// requests counts what informers ask for.
type requests struct {
	next                       http.RoundTripper
	watchLists, watches, lists *atomic.Int64
}

func (r requests) RoundTrip(request *http.Request) (*http.Response, error) {
	query := request.URL.Query()
	switch {
	case query.Get("sendInitialEvents") == "true":
		r.watchLists.Add(1)
	case query.Get("watch") != "":
		r.watches.Add(1)
	case request.Method == http.MethodGet && query.Has("resourceVersion"):
		r.lists.Add(1)
	}
	return r.next.RoundTrip(request)
}

func main() {
	kubeconfig := flag.String("kubeconfig", "", "the way in")
	count := flag.Int("objects", 200, "how many objects are written")
	namespace := flag.String("namespace", "client-go", "where")
	flag.Parse()

	result, err := run(*kubeconfig, *namespace, *count)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	text, _ := json.Marshal(result)
	fmt.Println(string(text))
	if len(result.Troubles) > 0 {
		os.Exit(1)
	}
}

func run(kubeconfig, namespace string, count int) (*Result, error) {
	began := time.Now()
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	config.QPS, config.Burst = 500, 1000
	var watchLists, watches, lists atomic.Int64
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return requests{next, &watchLists, &watches, &lists}
	})
	typed, err := kubernetes.NewForConfig(inProtobuf(config))
	if err != nil {
		return nil, err
	}
	untyped, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	meta, err := metadata.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()

	writer := &writer{client: typed, namespace: namespace}
	if err := writer.insist(ctx, func() error {
		_, err := typed.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}, metav1.CreateOptions{})
		return ignoreExisting(err)
	}); err != nil {
		return nil, err
	}
	campaign := startCampaign(ctx, typed, namespace)
	observers, err := startObservers(ctx, typed, untyped, meta, namespace)
	if err != nil {
		return nil, err
	}
	expected, err := writer.writeAll(ctx, untyped, count)
	if err != nil {
		return nil, err
	}
	result := &Result{Objects: count, Retries: writer.retries}
	result.Troubles = append(result.Troubles, compareWithList(ctx, typed, namespace, expected)...)
	for _, one := range observers {
		result.Troubles = append(result.Troubles, one.compare(ctx, expected)...)
		result.Events += one.events.Load()
	}
	terms, troubles := campaign.end(ctx)
	result.Terms = terms
	result.Troubles = append(result.Troubles, troubles...)
	result.WatchLists, result.Watches, result.Lists = watchLists.Load(), watches.Load(), lists.Load()
	result.Milliseconds = time.Since(began).Milliseconds()
	return result, nil
}

// inProtobuf makes a typed client speak as kubelets and controllers do.
func inProtobuf(config *rest.Config) *rest.Config {
	copied := rest.CopyConfig(config)
	copied.ContentType = "application/vnd.kubernetes.protobuf"
	copied.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	return copied
}
