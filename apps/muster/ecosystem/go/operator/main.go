// A small operator as others write them: its replicas elect a leader by a Lease, and who leads counts in a ConfigMap.
//
// It knows nothing of Muster. It patches without a resourceVersion, so nothing but the server can refuse a late write.
// Each line that it says is a word, and JSON for a refusal: leads, checked, written, refused {…}, stopped.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/google/uuid"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	"k8s.io/client-go/util/retry"
	"k8s.io/client-go/util/workqueue"
)

// thinking is how long a round takes between its check and its write.
const thinking = 50 * time.Millisecond

// Refusal is what client-go makes of an answer that is an error.
type Refusal struct {
	Code        int32  `json:"code"`
	Reason      string `json:"reason"`
	Message     string `json:"message"`
	IsConflict  bool   `json:"isConflict"`
	IsForbidden bool   `json:"isForbidden"`
	// How often RetryOnConflict sent it.
	Sent int `json:"sent"`
}

func main() {
	server := flag.String("server", "", "the API server")
	ca := flag.String("ca", "", "a file with the CA of the server")
	token := flag.String("token", "", "a file with the token, as a pod has one mounted")
	hostname := flag.String("hostname", "", "what os.Hostname says in a pod: its name")
	namespace := flag.String("namespace", "default", "of the Lease and the counter")
	flag.Parse()

	client, err := kubernetes.NewForConfig(&rest.Config{
		Host:            *server,
		BearerTokenFile: *token,
		TLSClientConfig: rest.TLSClientConfig{CAFile: *ca},
		QPS:             100,
		Burst:           100,
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	identity := *hostname + "_" + uuid.NewString()
	leaderelection.RunOrDie(context.Background(), leaderelection.LeaderElectionConfig{
		Lock: &resourcelock.LeaseLock{
			LeaseMeta:  metav1.ObjectMeta{Name: "operator", Namespace: *namespace},
			Client:     client.CoordinationV1(),
			LockConfig: resourcelock.ResourceLockConfig{Identity: identity},
		},
		LeaseDuration:   3 * time.Second,
		RenewDeadline:   2 * time.Second,
		RetryPeriod:     500 * time.Millisecond,
		ReleaseOnCancel: true,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: func(ctx context.Context) {
				fmt.Println("leads")
				work(ctx, client, *namespace, identity)
			},
			OnStoppedLeading: func() {
				fmt.Println("stopped")
				os.Exit(0)
			},
		},
	})
}

// work counts for as long as it leads. What failed is tried again as client-go's queue has it: later each time.
func work(ctx context.Context, client kubernetes.Interface, namespace, identity string) {
	queue := workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[string]())
	context.AfterFunc(ctx, queue.ShutDown)
	queue.Add("counter")
	for count := 1; ; count++ {
		key, isOver := queue.Get()
		if isOver || ctx.Err() != nil {
			return
		}
		fmt.Println("checked")
		time.Sleep(thinking)
		if err := write(client, namespace, key, identity, count); err != nil {
			queue.AddRateLimited(key)
		} else {
			queue.Forget(key)
			queue.Add(key)
		}
		queue.Done(key)
	}
}

// write finishes what was begun, whatever has become of the leadership meanwhile.
func write(client kubernetes.Interface, namespace, name, identity string, count int) error {
	patch := fmt.Sprintf(`{"data":{"by":%q,"count":"%d"}}`, identity, count)
	sent := 0
	err := retry.RetryOnConflict(retry.DefaultRetry, func() error {
		sent++
		_, err := client.CoreV1().ConfigMaps(namespace).Patch(context.Background(), name, types.MergePatchType, []byte(patch), metav1.PatchOptions{})
		return err
	})
	if err == nil {
		fmt.Println("written")
		return nil
	}
	refusal := Refusal{Message: err.Error(), IsConflict: errors.IsConflict(err), IsForbidden: errors.IsForbidden(err), Sent: sent}
	if status, ok := err.(errors.APIStatus); ok {
		refusal.Code, refusal.Reason = status.Status().Code, string(status.Status().Reason)
	}
	text, _ := json.Marshal(refusal)
	fmt.Printf("refused %s\n", text)
	return err
}
