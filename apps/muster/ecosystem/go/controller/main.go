// A controller-runtime program as others write them: a kind of its own, what it owns, a finalizer, a status.
//
// It plays the user too: it makes Brews, changes them, takes away what the controller made, and deletes them, while
// somebody stops and kills the server. It says `progress N`, and at the end one line of JSON; it exits 1 on any trouble.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

// Result is what the program says at its end.
type Result struct {
	Brews        int      `json:"brews"`
	Reconciles   int64    `json:"reconciles"`
	Protobuf     int64    `json:"protobufRequests"`
	Retries      int64    `json:"retries"`
	Milliseconds int64    `json:"milliseconds"`
	Troubles     []string `json:"troubles"`
}

type protobufCounter struct {
	next  http.RoundTripper
	count *atomic.Int64
}

func (p protobufCounter) RoundTrip(request *http.Request) (*http.Response, error) {
	answer, err := p.next.RoundTrip(request)
	if err == nil && strings.Contains(answer.Header.Get("Content-Type"), "protobuf") {
		p.count.Add(1)
	}
	return answer, err
}

func main() {
	kubeconfig := flag.String("way-in", "", "a kubeconfig")
	count := flag.Int("brews", 40, "how many are made")
	namespace := flag.String("namespace", "controller-runtime", "where")
	flag.Parse()
	ctrl.SetLogger(klog.Background())

	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	result, err := run(ctx, *kubeconfig, *namespace, *count)
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

func run(ctx context.Context, kubeconfig, namespace string, count int) (*Result, error) {
	began := time.Now()
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	config.QPS, config.Burst = 500, 1000
	var protobuf atomic.Int64
	config.Wrap(func(next http.RoundTripper) http.RoundTripper { return protobufCounter{next, &protobuf} })

	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, apiextensionsv1.AddToScheme, addBrew} {
		if err := add(scheme); err != nil {
			return nil, err
		}
	}
	user := &user{namespace: namespace}
	if user.client, err = client.New(config, client.Options{Scheme: scheme}); err != nil {
		return nil, err
	}
	if err := user.arrive(ctx); err != nil {
		return nil, err
	}
	manager, err := ctrl.NewManager(config, ctrl.Options{
		Scheme:                        scheme,
		Metrics:                       server.Options{BindAddress: "0"},
		LeaderElection:                true,
		LeaderElectionID:              "brewer",
		LeaderElectionNamespace:       namespace,
		LeaderElectionReleaseOnCancel: true,
		// A manager that loses its lease ends; the server is away for some seconds here.
		LeaseDuration: duration(60), RenewDeadline: duration(40), RetryPeriod: duration(1),
	})
	if err != nil {
		return nil, err
	}
	brewer := &brewer{client: manager.GetClient()}
	if err := ctrl.NewControllerManagedBy(manager).For(&Brew{}).Owns(&corev1.ConfigMap{}).Complete(brewer); err != nil {
		return nil, err
	}
	managing, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- manager.Start(managing) }()

	troubles := user.play(ctx, count)
	stop()
	if err := <-ended; err != nil {
		troubles = append(troubles, "manager: "+err.Error())
	}
	return &Result{
		Brews: count, Reconciles: brewer.reconciles.Load(), Protobuf: protobuf.Load(), Retries: user.retries,
		Milliseconds: time.Since(began).Milliseconds(), Troubles: troubles,
	}, nil
}

func duration(seconds int) *time.Duration {
	lasts := time.Duration(seconds) * time.Second
	return &lasts
}

// user does what people do with Brews, and insists while the server is away.
type user struct {
	client    client.Client
	namespace string
	retries   int64
}

func (u *user) insist(ctx context.Context, deed func() error) error {
	for {
		err := deed()
		if err == nil || errors.IsInvalid(err) || errors.IsForbidden(err) || errors.IsBadRequest(err) {
			return err
		}
		u.retries++
		select {
		case <-ctx.Done():
			return fmt.Errorf("gave up: %w", err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (u *user) arrive(ctx context.Context) error {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: u.namespace}}
	if err := u.insist(ctx, func() error { return ignoreExisting(u.client.Create(ctx, namespace)) }); err != nil {
		return err
	}
	definition := brewDefinition()
	if err := u.insist(ctx, func() error { return ignoreExisting(u.client.Create(ctx, definition)) }); err != nil {
		return err
	}
	return u.insist(ctx, func() error {
		now := &apiextensionsv1.CustomResourceDefinition{}
		if err := u.client.Get(ctx, client.ObjectKey{Name: definition.Name}, now); err != nil {
			return err
		}
		for _, condition := range now.Status.Conditions {
			if condition.Type == apiextensionsv1.Established && condition.Status == apiextensionsv1.ConditionTrue {
				return nil
			}
		}
		return fmt.Errorf("not established")
	})
}

func (u *user) play(ctx context.Context, count int) []string {
	for i := range count {
		name := fmt.Sprintf("brew-%d", i)
		if err := u.playOne(ctx, name, i); err != nil {
			return []string{fmt.Sprintf("%s: %v", name, err)}
		}
		fmt.Printf("progress %d\n", i+1)
	}
	return nil
}

// playOne takes one Brew through its life; every third ends.
func (u *user) playOne(ctx context.Context, name string, i int) error {
	key := keyOf(u.namespace, name)
	brew := &Brew{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: u.namespace}, Spec: BrewSpec{Cups: 1}}
	if err := u.insist(ctx, func() error { return ignoreExisting(u.client.Create(ctx, brew.deepCopy())) }); err != nil {
		return err
	}
	if err := u.served(ctx, name, "1 coffee"); err != nil {
		return fmt.Errorf("made: %w", err)
	}
	if err := u.insist(ctx, func() error {
		now := &Brew{}
		if err := u.client.Get(ctx, key, now); err != nil {
			return err
		}
		now.Spec.Cups, now.Spec.Kind = int32(i+2), "tea"
		return u.client.Update(ctx, now)
	}); err != nil {
		return err
	}
	order := fmt.Sprintf("%d tea", i+2)
	if err := u.served(ctx, name, order); err != nil {
		return fmt.Errorf("changed: %w", err)
	}
	pot := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: u.namespace}}
	if err := u.insist(ctx, func() error { return client.IgnoreNotFound(u.client.Delete(ctx, pot)) }); err != nil {
		return err
	}
	if err := u.served(ctx, name, order); err != nil {
		return fmt.Errorf("taken away: %w", err)
	}
	if i%3 != 2 {
		return nil
	}
	if err := u.insist(ctx, func() error { return client.IgnoreNotFound(u.client.Delete(ctx, brew.deepCopy())) }); err != nil {
		return err
	}
	return u.insist(ctx, func() error {
		if err := u.client.Get(ctx, key, &Brew{}); !errors.IsNotFound(err) {
			return fmt.Errorf("it is still there: %v", err)
		}
		return u.client.Get(ctx, keyOf(u.namespace, "washed-"+name), &corev1.Secret{})
	})
}

// served waits until the controller has made what is asked for, owned as it should be, and said so.
func (u *user) served(ctx context.Context, name, order string) error {
	wait, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return u.insist(wait, func() error {
		brew, pot := &Brew{}, &corev1.ConfigMap{}
		if err := u.client.Get(wait, keyOf(u.namespace, name), brew); err != nil {
			return err
		}
		if err := u.client.Get(wait, keyOf(u.namespace, name), pot); err != nil {
			return err
		}
		switch owner := metav1.GetControllerOf(pot); {
		case pot.Data["order"] != order:
			return fmt.Errorf("the pot holds %q", pot.Data["order"])
		case owner == nil || owner.UID != brew.UID || owner.Kind != "Brew":
			return fmt.Errorf("the pot belongs to %v", owner)
		case brew.Status.ObservedGeneration != brew.Generation:
			return fmt.Errorf("the status is of generation %d, not %d", brew.Status.ObservedGeneration, brew.Generation)
		case len(brew.Status.Conditions) != 1:
			return fmt.Errorf("the conditions are %v", brew.Status.Conditions)
		default:
			return nil
		}
	})
}

func ignoreExisting(err error) error {
	if errors.IsAlreadyExists(err) {
		return nil
	}
	return err
}
